import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { compile } from './compile.js';
import type { CompileRequest, CompileResult } from './request.js';
import { localRunner } from './runner/local.js';

/** The "build" is a shell: what is looked at is which file is taken for the wheel. */
const root = await temporaryFolder('compile-wheel');
let count = 0;

async function run(script: string, folder = 'dist'): Promise<CompileResult> {
  const place = join(root, String((count += 1)));
  await mkdir(join(place, 'project'), { recursive: true });
  await writeFile(join(place, 'project/setup.py'), '');
  const request: CompileRequest = {
    source: { path: join(place, 'project'), origin: 'source.path' },
    toolchain: 'host',
    target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
    build: { command: ['sh', '-c', script] },
    outputs: [],
    wheel: { folder, origin: 'wheel-command' },
    ccache: false,
  };
  const { PATH } = process.env;
  const environment = { PATH, CC: 'sort', CXX: 'sort' };
  const options = { runner: localRunner, cache: join(place, 'cache'), destination: join(place, 'out') };
  return compile(request, { ...options, environment });
}

it('takes the one wheel in dist/, and tells the build how extensions are linked', async () => {
  const result = await run(
    'mkdir dist && printf %s "$LDSHARED" > dist/a-1-py3-none-any.whl; touch dist/a.so',
  );
  if (result.status !== 'compiled') throw new Error(result.status);
  expect(result.outputs.map(({ name }) => name)).toEqual(['a-1-py3-none-any.whl']);
  expect(await readFile(result.outputs[0]?.path ?? '', 'utf8')).toBe('sort -shared');
});

it.each([
  ['there is none', 'mkdir dist; touch dist/a.so', 'dist', 'no-output'],
  ['there is no dist', 'true', 'dist', 'no-output'],
  ['there are two', 'mkdir dist; touch dist/a.whl dist/b.whl', 'dist', 'ambiguous-output'],
  ['it is a folder', 'mkdir -p dist/a.whl', 'dist', 'no-output'],
  ['it is a link to this machine', 'mkdir dist; ln -s /etc/hostname dist/a.whl', 'dist', 'output-outside'],
  ['it is a link to nothing', 'mkdir dist; ln -s nothing dist/a.whl', 'dist', 'no-output'],
  ['its folder is elsewhere', 'true', '../dist', 'output-outside'],
])('says so where %s', async (_what, script, folder, code) => {
  await expect(run(script, folder)).rejects.toMatchObject({ code });
});
