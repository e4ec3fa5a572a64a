import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure.mjs';
import { root, wheelwright } from '../program.mjs';

export const about = 'inspect of one small library, against an empty program of Node';

const probe = 'packages/audit/fixtures/q01overclaim-1.0-cp311-cp311-manylinux1_x86_64.whl';

/** A Python extension of some 15 kB, out of one of the audit's fixtures. */
function smallLibrary() {
  const folder = path.join(root, 'tmp/bench/small');
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'zipfile', '-e', path.join(root, probe), folder]);
  return path.join(folder, 'n.so');
}

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run() {
  const library = smallLibrary();
  const { ours, node } = await measure(
    { ours: { argv: wheelwright('inspect', library) }, node: { argv: [process.execPath, '-e', '0'] } },
    { runs: 20 },
  );
  return [
    {
      what: 'inspect a small library',
      ours,
      peerName: 'node -e 0',
      peer: node,
      atMost: Number(((node.seconds + 0.06) / node.seconds).toFixed(2)),
    },
  ];
}
