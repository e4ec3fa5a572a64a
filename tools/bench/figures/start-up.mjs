import { measure } from '../measure.mjs';
import { wheelwright } from '../program.mjs';

export const about =
  'how long the command line takes before it does anything, against an empty program of Node';

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run() {
  const { ours, node } = await measure(
    { ours: { argv: wheelwright('--version') }, node: { argv: [process.execPath, '-e', '0'] } },
    { runs: 20 },
  );
  // At most 60 ms above Node's own start: said as a ratio to it, since that is what a table can hold.
  return [
    {
      what: 'wheelwright --version',
      ours,
      peerName: 'node -e 0',
      peer: node,
      atMost: Number(((node.seconds + 0.06) / node.seconds).toFixed(2)),
    },
  ];
}
