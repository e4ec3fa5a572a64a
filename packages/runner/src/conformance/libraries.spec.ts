import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { compile } from '../compile.js';
import type { CompileResult } from '../request.js';
import { mounted, smallDisk } from '../testing/small-disk.js';
import { RUNNERS, type RunnerUnderTest } from '../testing/runners.js';

const root = await temporaryFolder('conformance-libraries');
const disk = smallDisk();
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

interface Wanted {
  readonly script: string;
  readonly from: string;
  /** Where cache and destination lie; folders of their own if absent. */
  readonly cache?: string;
  readonly destination?: string;
}

/** A whole compilation by a script, and what it left where nothing may be left. */
async function build(
  { create, toolchain }: RunnerUnderTest,
  { script, from, ...places }: Wanted,
): Promise<{ outcome: CompileResult | { code: string }; left: string[] }> {
  const folder = await mkdtemp(join(root, 'build-'));
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'answer.c'), 'int answer(void) { return 42; }\n');
  const { cache = join(folder, 'cache'), destination = join(folder, 'out') } = places;
  const outcome = await compile(
    {
      source: { path: project, origin: 'source.path' },
      toolchain,
      target: `linux_${machine}`,
      build: { command: ['sh', '-c', script] },
      outputs: [{ from, origin: 'libraries[0]' }],
    },
    { runner: create(join(cache, '..')), cache, destination },
  ).catch((error: unknown) => error as { code: string });
  const results = (await readdir(join(destination, '..'))).filter((name) => /^\.?out/.test(name));
  return { outcome, left: [...(await readdir(join(cache, 'work'))), ...results] };
}

const COMPILE = '"$CC" -shared -fPIC -O2 -o answer.so answer.c';

describe.each(RUNNERS)('the runner $name', (runner) => {
  runner.arrange?.();
  describeIf(runner.requirements, `${runner.name}, what comes out:`, () => {
    it('brings a library home that loads', async () => {
      const { outcome, left } = await build(runner, { script: COMPILE, from: '*.so' });
      expect(outcome).toMatchObject({ status: 'compiled', outputs: [{ name: 'answer.so' }] });
      expect(left).toEqual(['out']);
    });

    it.each([
      ['no output', 'true', '*.so', 'no-output'],
      ['a link that leads to a library outside', 'ln -s /etc/passwd evil.so', '*.so', 'output-outside'],
      ['a link upwards', 'ln -s ../../../../../../../../etc/passwd evil.so', '*.so', 'output-outside'],
      ['a link that leads nowhere', 'ln -s /none evil.so', '*.so', 'no-output'],
      ['a folder with the name of a library', 'mkdir evil.so; touch evil.so/x', '*.so', 'no-output'],
      ['a pipe with the name of a library', 'mkfifo evil.so', 'evil.so', 'no-output'],
      ['a pattern that leads upwards', COMPILE, '../*.so', 'output-outside'],
      ['an absolute pattern', COMPILE, '/etc/*.so', 'output-outside'],
    ])('refuses %s', async (_what, script, from, code) => {
      const { outcome, left } = await build(runner, { script, from });
      expect(outcome).toMatchObject({ code });
      expect(left).toEqual([]);
      expect(await runner.leftovers()).toEqual([]);
    });
  });

  describeIf([...runner.requirements, mounted(disk)], `${runner.name}, a full folder:`, () => {
    afterEach(async () => {
      for (const name of await readdir(disk ?? '')) await rm(join(disk ?? '', name), { recursive: true });
    });

    const big = 'head -c 3000000 /dev/urandom > big.so';

    it.each([
      ['the cache, by what is built', { cache: join(disk ?? '', 'cache') }, big],
      ['the cache, by the log', { cache: join(disk ?? '', 'cache') }, 'head -c 3000000 /dev/zero'],
      ['the destination', { destination: join(disk ?? '', 'out') }, big],
    ])('%s', async (_what, places, script) => {
      const { outcome, left } = await build(runner, { script, from: '*.so', ...places });
      expect(outcome).toMatchObject({ code: 'no-space' });
      expect(left).toEqual([]);
      expect(await runner.leftovers()).toEqual([]);
    });
  });
});
