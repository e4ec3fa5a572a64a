import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@wheelwright/testing';
import { execa } from 'execa';

/** Copies one of the examples into a folder and makes a git repository of it; returns its commit. */
export async function copyExample(name: string, folder: string): Promise<string> {
  await cp(join(repositoryRoot, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/\/(?:__pycache__|node_modules)$/.test(path),
  });
  return commitAll(folder);
}

/** Makes a git repository of a folder, with one commit of all that is in it. */
export async function commitAll(folder: string): Promise<string> {
  const git = (...args: string[]) =>
    execa(
      'git',
      ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false', ...args],
      { cwd: folder },
    );
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'As it is');
  return (await git('rev-parse', 'HEAD')).stdout;
}

/** Whether a folder's tree still is what was committed. */
export async function isUnchanged(folder: string): Promise<boolean> {
  const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: folder });
  return stdout === '';
}
