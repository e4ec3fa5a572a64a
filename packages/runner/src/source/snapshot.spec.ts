import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { unpackArchive } from '../archive/unpack.js';
import { writeSnapshot } from './snapshot.js';
import { hashTree } from './tree-hash.js';

const root = await temporaryFolder('snapshot');

it('holds exactly the tree, and has the same bytes whatever the clock says', async () => {
  const tree = join(root, 'tree');
  await mkdir(join(tree, 'a'), { recursive: true });
  await writeFile(join(tree, 'a/x.c'), 'int x;');
  await writeFile(join(tree, 'configure'), '#!/bin/sh\n', { mode: 0o755 });
  await symlink('a/x.c', join(tree, 'y.c'));
  const hash = await hashTree(tree);
  const digests = [];
  for (const name of ['one.zip', 'two.zip']) {
    await writeSnapshot(tree, join(root, name), hash, undefined);
    digests.push(
      createHash('sha256')
        .update(await readFile(join(root, name)))
        .digest('hex'),
    );
    await utimes(join(tree, 'a/x.c'), 1e9, 1e9);
  }
  expect(digests[0]).toBe(digests[1]);
  const place = { origin: 'source' };
  const unpacked = await unpackArchive(join(root, 'one.zip'), join(root, 'out'), place, {
    environment: process.env,
  });
  expect(await hashTree(unpacked)).toBe(hash);
  expect((await readFile(join(root, 'one.zip'))).toString('latin1')).toContain(`sha256 ${hash}`);
});
