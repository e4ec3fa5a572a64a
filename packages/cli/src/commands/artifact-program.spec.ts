import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildElf, describeIf, s3Requirement, startS3Server, temporaryFolder } from '@wheelwright/testing';
import { startWheelwright } from '../testing/processes.js';
import { writeProject } from '../testing/project.js';

const root = await temporaryFolder('artifact-program');
const server = await startS3Server();
const commit = '73b29fa90d3eac0b1fae403b7583fdd1529942dc';
const library = buildElf({
  machine: 'x86_64',
  soname: 'libmxnet.so',
  needed: ['libcudart.so.10.2', 'libc.so.6'],
});

/** The lines of MXNet's own documentation, behind the name of its script. */
const lines = {
  whole:
    '--push --static --libmxnet /path/to/libmxnet.so --licenses path/to/license1.txt /path/to/other_licenses/*.txt --dependencies /path/to/dependencies/*.so',
  pull: '--pull --static --variant=cu102 ./dist',
  alone: '--push --dynamic --libmxnet /path/to/libmxnet.so',
};

describeIf([s3Requirement], 'wheelwright-artifact', () => {
  it('is a program that takes the command lines of the script word for word', async () => {
    const folder = await writeProject(await mkdtemp(join(root, 'run-')), 'project', {
      'path/to/libmxnet.so': library,
      'path/to/license1.txt': 'one',
      'path/to/other_licenses/a.txt': 'a',
      'path/to/dependencies/libxxx.so': 'x',
    });
    const env = {
      ...server!.environment,
      ARTIFACT_REPOSITORY_BUCKET: await server!.makeBucket('artifacts'),
      MXNET_SHA: commit,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    };
    // `/path/to` is where this build lies; globs come quoted, as from a shell that finds no file.
    const run = (line: string) => {
      const words = line
        .split(' ')
        .map((word) => (word.startsWith('/path/to') ? join(folder, word.slice(1)) : word));
      return startWheelwright(folder, words, env, 'wheelwright-artifact');
    };
    expect(await run(lines.whole)).toMatchObject({ exitCode: 0 });
    expect(await run(lines.pull)).toMatchObject({ exitCode: 0 });
    const pulled = await readdir(join(folder, 'dist'), { recursive: true });
    expect(pulled.sort()).toEqual([
      'dependencies',
      'dependencies/libxxx.so',
      'libmxnet.meta',
      'libmxnet.so',
      'licenses',
      'licenses/a.txt',
      'licenses/license1.txt',
    ]);
    expect((await readFile(join(folder, 'dist/libmxnet.so'))).equals(library)).toBe(true);
    expect(await run(lines.alone)).toMatchObject({ exitCode: 0 });
    const listed = await run('list --json');
    const { results } = JSON.parse(listed.stdout) as { results: { id: { linking: string } }[] };
    expect(results.map(({ id }) => id.linking).sort()).toEqual(['dynamic', 'static']);
  }, 60_000);
});
