import path from 'node:path';
import { availableParallelism } from 'node:os';
import { measure } from '../measure.mjs';
import { wheelwright } from '../program.mjs';
import { corpusWheel, emptyFolder, unpacked } from '../wheels.mjs';

export const about =
  'what processors, threads of libuv’s pool and workers give to pack, verify and retag; one processor is the peer';

/** Threads of the pool, and for `verify` workers. */
const COUNTS = [1, 2, 4, 8];

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  log(`${availableParallelism()} processors`);
  const tree = unpacked('mxnet-1.9.1');
  const wheel = corpusWheel('mxnet-1.9.1');
  const manyFiles = corpusWheel('tensorflow_cpu-2.21.0');
  const out = emptyFolder('scaling');
  const retagged = path.join(out, 'retagged');
  const commands = {
    // Two more than there are threads: reading and hashing is done beside the deflating.
    pack: (count) => wheelwright('pack', tree, '--out', out, '--jobs', String(count + 2)),
    // Many files: most of mxnet is one member, which no number of workers makes faster.
    verify: (count) => wheelwright('verify', manyFiles, '--jobs', String(count)),
    retag: () => wheelwright('retag', wheel, '--platform-tag', '+linux_x86_64', '--out', retagged),
  };
  const rows = [];
  for (const [command, argv] of Object.entries(commands)) {
    const contestant = (argv, count) => ({
      argv,
      env: { UV_THREADPOOL_SIZE: String(count) },
      exits: command === 'verify' ? [0, 1] : [0],
      before: () => emptyFolder('scaling/retagged'),
    });
    const contestants = { alone: contestant(['taskset', '-c', '0', ...argv(1)], 1) };
    for (const count of COUNTS) contestants[`${count} threads`] = contestant(argv(count), count);
    const { alone, ...measured } = await measure(contestants, { runs: 3 });
    for (const [name, ours] of Object.entries(measured))
      rows.push({ what: `${command}, ${name}`, ours, peerName: 'one processor', peer: alone });
  }
  return rows;
}
