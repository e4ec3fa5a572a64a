import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { buildElf, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import * as elf from './index.js';

const text = await readFile(join(repositoryRoot, 'packages/elf/README.md'), 'utf8');
const examples = Array.from(text.matchAll(/```js\n(.*?)```/gs), ([, code]) => code ?? '');
const folder = await temporaryFolder('readme');

const bytes = buildElf({
  soname: 'libshape.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  runpath: '$ORIGIN/../shape.libs',
  imports: [
    { name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' },
    { name: 'fcntl64', library: 'libc.so.6', version: 'GLIBC_2.28', weak: true },
  ],
  isaLevel: 2,
  buildId: '00ff10',
});
const path = join(folder, 'libshape.so');
await writeFile(path, bytes);

/** Runs an example on the library above and gives what it prints. */
async function run(code: string): Promise<string> {
  const printed: string[] = [];
  const log = (...values: unknown[]): number => printed.push(format(...values));
  const body = code
    .replace(/import (\{.*\}) from '@wheelwright\/elf';/, 'const $1 = api;')
    .replace("'libshape.so'", JSON.stringify(path));
  const AsyncFunction = Object.getPrototypeOf(run) as { constructor: FunctionConstructor };
  const example = AsyncFunction.constructor('api', 'bytes', 'console', body) as (
    ...values: unknown[]
  ) => Promise<void>;
  await example(elf, bytes, { log });
  return printed.join('\n');
}

describe('the examples of the README', () => {
  it.each(examples.map((code, at) => [at + 1, code] as const))('%d prints what it says', async (_, code) => {
    const said = /^\/\/ (.*)$/m.exec(code)?.[1];
    expect(said).toBeDefined();
    expect(await run(code)).toBe(said);
  });

  it('are four', () => {
    expect(examples.length).toBe(4);
  });
});
