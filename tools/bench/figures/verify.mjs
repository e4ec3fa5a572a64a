import { fileURLToPath } from 'node:url';
import { measure } from '../measure.mjs';
import { oracle, wheelwright } from '../program.mjs';
import { corpusWheel } from '../wheels.mjs';

export const about =
  'every rule and all hashes of a wheel, against reading its members by Python’s zipfile and hashlib';

const script = fileURLToPath(new URL('../contestants/zipfile-hash.py', import.meta.url));

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run() {
  const rows = [];
  for (const [prefix, bounds] of [
    ['mxnet_cu102-1.9.1', { atLeast: 2.5 }],
    ['tensorflow_cpu-2.21.0', {}],
    ['pyarrow-26.0.1', {}],
  ]) {
    const wheel = corpusWheel(prefix);
    const python = (how) => ({ argv: [oracle('python'), script, how, wheel] });
    const measured = await measure({
      ours: { argv: wheelwright('verify', wheel), exits: [0, 1] },
      whole: python('whole'),
      streamed: python('streamed'),
      alone: { argv: ['taskset', '-c', '0', ...wheelwright('verify', wheel)], exits: [0, 1] },
    });
    const { ours, whole, streamed, alone } = measured;
    const what = `verify ${prefix}`;
    rows.push(
      { what, ours, peerName: 'zipfile, members whole', peer: whole, ...bounds },
      { what, ours, peerName: 'zipfile, streamed', peer: streamed },
      { what: `${what}, one processor`, ours: alone, peerName: 'zipfile, streamed', peer: streamed },
    );
  }
  return rows;
}
