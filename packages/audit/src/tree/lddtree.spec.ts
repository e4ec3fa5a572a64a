import { existsSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildElf, describeIf, oracle, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { inspectTree } from './host-tree.js';

const root = await temporaryFolder('tree');
await mkdir(join(root, 'lib'));
for (const [name, recipe] of Object.entries({
  program: { needed: ['libone.so', 'libgone.so', 'libc.so.6'], rpath: `$ORIGIN/lib` },
  'lib/libone.so': { needed: ['libtwo.so', 'libc.so.6'] },
  'lib/libtwo.so': { needed: ['libone.so'] },
  absolute: { needed: ['libtwo.so'], rpath: join(root, 'lib') },
  runpath: { needed: ['libfree.so'], runpath: '${ORIGIN}/lib' },
  'lib/libfree.so': { needed: [] },
  inheriting: { needed: ['libone.so'], runpath: '$ORIGIN/lib' },
  static: { static: true },
})) {
  await writeFile(join(root, name), buildElf(recipe));
}

/** Programs that most machines have, each with several libraries. */
const programs = ['/usr/bin/python3', '/usr/bin/git', '/usr/bin/perl', '/bin/ls', '/usr/bin/readelf'].filter(
  (path) => existsSync(path),
);

/** Libraries by the names that they are needed by: where they are, through all links, and what they need. */
type Found = Record<string, { readonly path: string | null; readonly needed: readonly string[] }>;

async function resolved(
  libraries: readonly { name: string; path: string | null; needed: readonly string[] }[],
): Promise<Found> {
  const entries = libraries.map(async ({ name, path, needed }) => {
    return [name, { path: path === null ? null : await realpath(path), needed }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function lddtree(path: string): Promise<Found> {
  const { stderr } = await oracle('auditwheel', ['lddtree', path]);
  const { libraries } = JSON.parse(stderr.slice(stderr.indexOf('{'))) as {
    libraries: Record<string, { path: string | null; needed: readonly string[] }>;
  };
  return resolved(
    Object.entries(libraries).map(([name, { path: place, needed }]) => ({ name, path: place, needed })),
  );
}

async function ours(path: string): Promise<Found> {
  return resolved((await inspectTree(path)).libraries);
}

describeIf(
  [
    {
      met: existsSync(join(repositoryRoot, 'tmp/oracles/bin/auditwheel')),
      reason: 'auditwheel is not installed (npx nx run oracles:install)',
    },
  ],
  'inspectTree against auditwheel lddtree',
  () => {
    it.each([
      ...['program', 'absolute', 'runpath', 'static', 'lib/libone.so'].map((name) => join(root, name)),
      ...programs,
    ])('%s', async (path) => {
      expect(await ours(path)).toEqual(await lddtree(path));
    });

    it("differs where auditwheel lets libraries inherit a RUNPATH, which glibc's loader doesn't", async () => {
      const path = join(root, 'inheriting');
      const [mine, theirs] = [await ours(path), await lddtree(path)];
      expect(mine['libone.so']).toEqual(theirs['libone.so']);
      expect([mine['libtwo.so']?.path, theirs['libtwo.so']?.path]).toEqual([
        null,
        join(root, 'lib/libtwo.so'),
      ]);
    });
  },
);
