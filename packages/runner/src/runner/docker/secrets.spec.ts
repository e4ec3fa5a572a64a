import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { JobBench } from '../../testing/job-bench.js';
import { engine, engineWith, IMAGE, ownContainers, SMALL } from '../../testing/engine.js';
import { dockerRunner } from './docker.js';

const root = await temporaryFolder('secrets');

/** Variables that the client knows nothing of, and some that it would take to be its own. */
const SECRETS = {
  TOKEN: 'secret-token-1',
  LINES: 'secret-token-2\nsecond line',
  HTTPS_PROXY: 'http://me:secret-token-3@proxy:8080',
  DOCKER_PASSWORD: 'secret-token-4 = "quoted" #no comment',
  DOCKER_HOST: 'unix:///secret-token-5',
  EMPTY: '',
};

describeIf([engineWith(IMAGE), { program: 'ps' }], 'the variables of a build in docker', () => {
  const runner = dockerRunner({ image: IMAGE, ...SMALL });

  it('arrive as they are, and stand in no argument on their way', async () => {
    const bench = await JobBench.below(root);
    const names = Object.keys(SECRETS);
    const script = `${names.map((name) => `printf '%s\\0' "$${name}"`).join(';')}; sleep 1`;
    const seen: string[] = [];
    const result = await bench.run(runner, [bench.step(['sh', '-c', script], SECRETS)], {
      onOutput: () => {
        // Every user of this host sees this, and everybody who may ask the engine that.
        seen.push(execFileSync('ps', ['-eww', '-o', 'args='], { encoding: 'utf8' }));
        for (const id of ownContainers()) seen.push(engine(['inspect', id]) ?? '');
      },
    });
    expect(result).toEqual({ status: 'done' });
    expect(bench.tail.split('\0').slice(0, -1)).toEqual(Object.values(SECRETS));
    expect(seen.join()).toContain('--env TOKEN');
    expect(seen.join()).not.toContain('secret-token');
  });

  it('stand in no file afterwards', async () => {
    const bench = await JobBench.below(root);
    await bench.run(runner, [bench.step(['sh', '-c', 'exit 1'], SECRETS)]);
    const files = await readdir(bench.workspace, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain('secret-token');
    }
    expect(files.map(({ name }) => name)).toEqual(['source']);
  });

  it('are refused where an engine could not take them as they are', async () => {
    const bench = await JobBench.below(root);
    const result = bench.run(runner, [bench.step(['true'], { HTTP_PROXY: 'a\nDOCKER_HOST=b' })]);
    await expect(result).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('HTTP_PROXY'),
    });
  });
});
