import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { describeIf, oracle, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { compile } from './compile.js';
import { dockerRunner } from './runner/docker/docker.js';
import { engine, engineWith, IMAGE, OLDEST_IMAGE } from './testing/engine.js';

const root = await temporaryFolder('images');
const isX86 = { met: process.arch === 'x64', reason: 'the image is for x86_64' };
const needs = [engineWith(IMAGE), isX86];

/** The old ABI of std::string stands in the name of a function that takes one. */
const SOURCE = `#include <string>
int length(std::string text) { return text.size(); }
extern "C" int answer() { return length(std::to_string(42)) * 21; }
`;

describeIf(needs, 'docker/manylinux2014, on an imported base', () => {
  const tag = `wheelwright-test:${randomUUID()}`;

  afterAll(() => {
    engine(['image', 'rm', '--force', tag]);
  });

  it('is built by docker build, without a network', () => {
    const context = join(repositoryRoot, 'docker/manylinux2014');
    const args = ['--build-arg', `BASE=${IMAGE}`, '--build-arg', 'GCC=', '--network=none'];
    // The builder that an engine has by itself: the other one is a plugin.
    const env = { ...process.env, DOCKER_BUILDKIT: '0' };
    expect(engine(['build', ...args, '--tag', tag, context], env)).toContain('Successfully tagged');
  }, 120_000);

  it('compiles with the old ABI of libstdc++, and the library loads', async () => {
    const project = join(root, 'project');
    await mkdir(project);
    await writeFile(join(project, 'answer.cc'), SOURCE);
    const result = await compile(
      {
        source: { path: project, origin: 'source.path' },
        toolchain: 'gcc',
        target: 'linux_x86_64',
        build: { command: ['sh', '-c', 'exec "$CXX" $CXXFLAGS -shared -fPIC -o answer.so answer.cc'] },
        env: { CXXFLAGS: '-D_GLIBCXX_USE_CXX11_ABI=0' },
        outputs: [{ from: '*.so', origin: 'libraries[0]' }],
      },
      {
        runner: dockerRunner({ image: tag, memory: '512m', disk: '64m' }),
        cache: join(root, 'cache'),
        destination: join(root, 'out'),
      },
    );
    expect(result).toMatchObject({ status: 'compiled', image: { name: tag } });
    const library = join(root, 'out/libraries/answer.so');
    const script = 'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer())';
    expect(await oracle('/usr/bin/env', ['python3', '-c', script, library])).toMatchObject({ stdout: '42' });
    const symbols = await oracle('/usr/bin/env', ['readelf', '--dyn-syms', '--wide', library]);
    expect(symbols.stdout).toContain('_Z6lengthSs');
  }, 60_000);
});

describeIf([...needs, engineWith(OLDEST_IMAGE)], 'what the oldest userland is', () => {
  it('has the glibc that docker/README.md names', () => {
    expect(engine(['run', '--rm', '--network=none', OLDEST_IMAGE, 'ldd', '--version'])).toContain('2.31');
  });
});
