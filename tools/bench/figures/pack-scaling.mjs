import { availableParallelism } from 'node:os';
import { measure } from '../measure.mjs';
import { wheelwright } from '../program.mjs';
import { emptyFolder, unpacked } from '../wheels.mjs';

export const about =
  'what processors, threads and blocks in flight give to pack and verify; one processor is the peer';

/** On the first processor only. */
const alone = (argv) => ['taskset', '-c', '0', ...argv];

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  log(
    `${availableParallelism()} processors: deflate scales to that many threads, reading and hashing is one more`,
  );
  const tree = unpacked('mxnet-1.9.1');
  const out = emptyFolder('pack-scaling');
  const pack = (jobs) => wheelwright('pack', tree, '--out', out, '--jobs', String(jobs));
  const threads = (count) => ({ UV_THREADPOOL_SIZE: String(count) });
  const contestants = { alone: { argv: alone(pack(1)), env: threads(1) } };
  for (const count of [1, 2, 4, 8]) {
    contestants[`${count} threads`] = { argv: pack(count + 2), env: threads(count) };
  }
  const measured = await measure(contestants, { runs: 3 });
  return Object.entries(measured)
    .filter(([name]) => name !== 'alone')
    .map(([name, ours]) => ({
      what: `pack mxnet 1.9.1, ${name}`,
      ours,
      peerName: 'one processor',
      peer: measured.alone,
    }));
}
