import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const wrapper = fileURLToPath(new URL('measure.py', import.meta.url));

/**
 * What a command cost.
 *
 * @typedef {object} Measurement
 * @property {number} seconds wall time, the median of the runs
 * @property {number[]} all the wall time of each run
 * @property {number} cpu processor seconds, the median of the runs
 * @property {number} peakMiB peak resident memory of its largest process, the largest of the runs
 */

/** One run, through the wrapper that asks the kernel for the command's own peak memory. */
async function runOnce(argv, { cwd, env, exits }) {
  const child = spawn('python3', [wrapper, ...argv], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [stderr, answer] = await Promise.all([
    text(child.stderr),
    text(child.stdio[3]),
    once(child, 'close'),
  ]);
  const cost = answer === '' ? undefined : JSON.parse(answer);
  if (cost === undefined || !exits.includes(cost.exit)) {
    throw new Error(`${argv.join(' ')}: exit ${cost?.exit}\n${stderr.slice(-2000)}`);
  }
  return cost;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Runs contestants in turn (ours, peer, ours, peer ...), so that a slow minute of the machine falls on all alike.
 *
 * @param {Record<string, { argv: string[], cwd?: string, env?: Record<string, string>, exits?: number[],
 *   before?: () => Promise<void> }>} contestants by name; `exits` are the exit codes that are a success (0), and
 *   `before` puts the ground in order for each run, unmeasured
 * @param {{ runs?: number }} [options]
 * @returns {Promise<Record<string, Measurement>>} by the same names
 */
export async function measure(contestants, { runs = 3 } = {}) {
  const costs = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, { argv, cwd, env, exits = [0], before }] of Object.entries(contestants)) {
      await before?.();
      costs[name].push(await runOnce(argv, { cwd, env, exits }));
    }
  }
  return Object.fromEntries(
    Object.entries(costs).map(([name, all]) => [
      name,
      {
        seconds: median(all.map((cost) => cost.seconds)),
        all: all.map((cost) => cost.seconds),
        cpu: median(all.map((cost) => cost.cpu)),
        peakMiB: Math.max(...all.map((cost) => cost.peakKiB)) / 1024,
      },
    ]),
  );
}
