import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { processesLeft } from '../testing/processes.js';
import { JobBench } from '../testing/job-bench.js';
import { RUNNERS } from '../testing/runners.js';

const root = await temporaryFolder('conformance-ending');
let bench: JobBench;

beforeEach(async () => {
  bench = await JobBench.below(root);
});

/** A number of seconds that no other process on this host sleeps for, so that it can be found by it. */
const mark = (number: number): string => `${54_000 + number}.${process.pid}`;

const MEMORY_EATER = 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); y="$x$x$x"; echo ${#y}';

describe.each(RUNNERS)('the runner $name', (underTest) => {
  const { name, create, requirements, memory, leftovers, absences } = underTest;
  underTest.arrange?.();
  describeIf(requirements, `${name}, how a job ends:`, () => {
    const runner = create(root);

    it('runs steps in order and brings their files home', async () => {
      await writeFile(join(bench.source, 'a'), 'one');
      const steps = [bench.sh('cat a; echo two > b'), bench.sh('cat b >&2')];
      expect(await bench.run(runner, steps)).toEqual({ status: 'done' });
      expect(bench.begun).toEqual(['build', 'build']);
      expect(bench.tail).toBe('onetwo\n');
      expect(await readFile(join(bench.source, 'b'), 'utf8')).toBe('two\n');
    });

    it('stops at the first failure and tells its exit code', async () => {
      const result = await bench.run(runner, [bench.sh('exit 7'), bench.sh('touch later')]);
      expect(result).toMatchObject({ status: 'failed', step: 'build', exitCode: 7 });
      expect(bench.begun).toEqual(['build']);
      expect(await readdir(bench.source)).toEqual([]);
    });

    it.each(['SEGV', 'KILL', 'ABRT'])('tells the signal SIG%s', async (signal) => {
      const result = await bench.run(runner, [bench.sh(`kill -${signal} $$`)]);
      expect(result).toMatchObject({ status: 'failed', signal: `SIG${signal}` });
      expect(result).not.toHaveProperty('reason');
    });

    it('ends what takes too long, and says why', async () => {
      const result = await bench.run(runner, [bench.sh('sleep "$1"', mark(1))], { timeLimit: 1 });
      expect(result).toMatchObject({ status: 'failed', step: 'build', reason: 'time-limit' });
      expect(await processesLeft(mark(1))).toEqual([]);
    });

    it('is cancelled with everything that it started', async () => {
      const controller = new AbortController();
      const script = 'trap "" TERM; sleep "$1" & echo up; while :; do sleep 1; done';
      const result = await bench.run(runner, [bench.sh(script, mark(2))], {
        signal: controller.signal,
        onOutput: () => {
          controller.abort();
        },
      });
      expect(result).toEqual({ status: 'cancelled' });
      expect(await processesLeft(mark(2))).toEqual([]);
    });

    it('is not begun when it is cancelled before', async () => {
      const result = await bench.run(runner, [bench.sh('touch x')], { signal: AbortSignal.abort() });
      expect(result).toEqual({ status: 'cancelled' });
      expect(bench.begun).toEqual([]);
      expect(await readdir(bench.source)).toEqual([]);
    });

    it('does not wait for a fork that outlives the build, nor leave it', async () => {
      const result = await bench.run(runner, [bench.sh('sleep "$1" & true', mark(3))]);
      expect(result).toEqual({ status: 'done' });
      expect(await processesLeft(mark(3))).toEqual([]);
    });

    it('streams 100 MB of log without keeping it', async () => {
      expect(await bench.run(runner, [bench.sh('head -c 100000000 /dev/zero')])).toEqual({ status: 'done' });
      expect(bench.said).toBe(100_000_000);
    });

    it('says what is missing when a program is not there', async () => {
      const result = bench.run(runner, [bench.step(['no-such-program'])]);
      await expect(result).rejects.toMatchObject({
        code: 'tool-missing',
        message: expect.stringContaining('no-such-program'),
      });
    });

    it('leaves nothing of these jobs behind', async () => {
      expect(await leftovers()).toEqual([]);
      expect((await readdir(root)).filter((entry) => entry.includes('.result-'))).toEqual([]);
    });
  });

  describeIf([...requirements, memory], `${name}, out of memory:`, () => {
    it('tells that it was the memory', async () => {
      const result = await bench.run(create(root), [bench.sh(memory.limited(MEMORY_EATER))]);
      expect(result).toMatchObject({ status: 'failed', reason: 'out-of-memory' });
      expect(await leftovers()).toEqual([]);
    });
  });

  if (absences.length === 0) return;
  describeIf(requirements, `${name}, where something is missing:`, () => {
    it.each(absences)(
      'names $what that is not there',
      async ({ create: createAbsent, environment, code }) => {
        const empty = join(bench.workspace, 'empty');
        await mkdir(empty);
        const survey = createAbsent().survey(environment?.(empty) ?? process.env);
        await expect(survey).rejects.toMatchObject({ code, hint: expect.any(String) });
      },
    );
  });
});
