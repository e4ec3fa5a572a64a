import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { JobBench } from '../testing/job-bench.js';
import { RUNNERS } from '../testing/runners.js';

const root = await temporaryFolder('conformance-words');

/** Words that mean something to a shell, to an engine's command line, or to a file of settings. */
const HOSTILE = [
  ...['; touch x', '$(touch x)', '`touch x`', '&& touch x', '| touch x', 'a\ntouch x', '*', '~'],
  ...['--privileged', '-v', '--', '-', '"', "'", ',', '#x', 'a=b', '{{.}}', '%s', '\\n', ' '],
];

describe.each(RUNNERS)('the runner $name', ({ name, create, requirements, arrange }) => {
  arrange?.();
  describeIf(requirements, `${name}, hostile words:`, () => {
    const runner = create(root);

    it('are arguments, never commands or options', async () => {
      const bench = await JobBench.below(root);
      const steps = HOSTILE.map((word) => bench.step(['printf', '%s\\0', word]));
      // One more as the first argument of all, where an engine's command line might still look for options.
      steps.push(bench.step(['printf', '--', '%s\\0', '--privileged']));
      expect(await bench.run(runner, steps)).toEqual({ status: 'done' });
      expect(bench.tail.split('\0')).toEqual([...HOSTILE, '--privileged', '']);
      expect(await readdir(bench.source)).toEqual([]);
    });

    it('are values of variables, and nothing else', async () => {
      const bench = await JobBench.below(root);
      const values = HOSTILE.map((word, index) => [`WORD_${index}`, word] as const);
      const print = values.map(([variable]) => `printf '%s\\0' "$${variable}"`).join(';');
      const step = bench.step(['sh', '-c', print], Object.fromEntries(values));
      expect(await bench.run(runner, [step])).toEqual({ status: 'done' });
      expect(bench.tail.split('\0')).toEqual([...HOSTILE, '']);
      expect(await readdir(bench.source)).toEqual([]);
    });

    it.each(['--privileged', HOSTILE.join(''), ',readonly=false', '"'])(
      'are names of folders: %j',
      async (word) => {
        const bench = await JobBench.below(root, word);
        await writeFile(join(bench.source, 'a'), 'one');
        expect(await bench.run(runner, [bench.sh('cat a; pwd; touch made')])).toEqual({ status: 'done' });
        expect(bench.tail).toBe(`one${bench.source}\n`);
        expect((await readdir(bench.source)).sort()).toEqual(['a', 'made']);
        await rm(bench.workspace, { recursive: true });
      },
    );
  });
});
