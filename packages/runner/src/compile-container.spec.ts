import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { compile } from './compile.js';
import { dockerRunner } from './runner/docker/docker.js';
import { engineWith, IMAGE } from './testing/engine.js';

const root = await temporaryFolder('compile-container');

const isX86 = { met: process.arch === 'x64', reason: 'the image is for x86_64' };

describeIf([engineWith(IMAGE), isX86], 'compile, in a container', () => {
  it('builds with the gcc of the image, brings the library home and records the digest', async () => {
    const project = join(root, 'project');
    await mkdir(project);
    await writeFile(join(project, 'answer.c'), 'int answer(void) { return 42; }\n');
    const script = 'exec "$CC" -shared -fPIC -O2 -o answer.so answer.c';
    const result = await compile(
      {
        source: { path: project, origin: 'source.path' },
        toolchain: 'gcc',
        target: 'linux_x86_64',
        build: { command: ['sh', '-c', script] },
        outputs: [{ from: '*.so', to: 'lib', origin: 'libraries[0]' }],
      },
      {
        runner: dockerRunner({ image: IMAGE, memory: '512m', disk: '64m' }),
        cache: join(root, 'cache'),
        destination: join(root, 'out'),
      },
    );
    expect(result).toMatchObject({
      status: 'compiled',
      outputs: [{ name: 'lib/answer.so' }],
      image: { name: IMAGE, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
    expect(await readdir(project)).toEqual(['answer.c']);
    expect(await readdir(join(root, 'cache/work'))).toEqual([]);
  });
});
