import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure.mjs';
import { oracle, wheelwright } from '../program.mjs';
import { corpusWheel, emptyFolder } from '../wheels.mjs';

export const about =
  'another platform tag for a wheel of 380 MB: against `wheel tags`, and against copying the file';

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run() {
  const folder = emptyFolder('retag');
  const published = corpusWheel('mxnet_cu102-1.9.1');
  const wheel = path.join(folder, path.basename(published));
  copyFileSync(published, wheel);
  const out = path.join(folder, 'out');
  const tag = '+manylinux_2_17_x86_64';
  const clean = () => emptyFolder('retag/out');
  const measured = await measure(
    {
      ours: { argv: wheelwright('retag', wheel, '--platform-tag', tag, '--out', out), before: clean },
      copy: {
        // The paths are arguments of the shell, no part of what it parses.
        argv: ['sh', '-c', 'cp "$1" "$2" && sync "$2"', 'sh', wheel, path.join(out, 'copy.whl')],
        before: clean,
      },
    },
    { runs: 7 },
  );
  const { wheel: theirs } = await measure(
    { wheel: { argv: [oracle('wheel'), 'tags', '--platform-tag', tag, wheel] } },
    { runs: 1 },
  );
  const what = 'retag mxnet_cu102 1.9.1';
  return [
    { what, ours: measured.ours, peerName: 'wheel tags', peer: theirs, atLeast: 50 },
    { what, ours: measured.ours, peerName: 'cp and sync', peer: measured.copy, atMost: 1.5 },
  ];
}
