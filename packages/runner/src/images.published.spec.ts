import { randomUUID } from 'node:crypto';
import { chmod, cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { describeIf, oracle, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { dockerRunner } from './runner/docker/docker.js';
import { engine, engineWith, IMAGE, OLDEST_IMAGE } from './testing/engine.js';
import { JobBench } from './testing/job-bench.js';
import { ZIGLANG } from './toolchain/ziglang.js';

const root = await temporaryFolder('images-published');
const isX86 = { met: process.arch === 'x64', reason: 'the images are for x86_64' };
/** nvcc and what it takes to link: 125 MB. */
const CUDA = ['cuda-nvcc', 'nvvm', 'cuda-crt', 'cuda-runtime'].map((name) => `nvidia-${name}==13.5.37`);

const made: string[] = [];
afterAll(() => {
  for (const tag of made) engine(['image', 'rm', '--force', tag]);
});

/** Wheels of the package index, as they are. */
async function download(folder: string, ...requirements: string[]): Promise<void> {
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', folder];
  expect(await oracle('python', [...args, ...requirements])).toMatchObject({ exitCode: 0 });
}

/** Builds one of docker/, with the builder that an engine has by itself. */
function build(context: string, base: string): string {
  const tag = `wheelwright-test:${randomUUID()}`;
  made.push(tag);
  const args = ['build', '--network=none', '--build-arg', `BASE=${base}`, '--tag', tag, context];
  expect(engine(args, { ...process.env, DOCKER_BUILDKIT: '0' })).toContain('Successfully tagged');
  return tag;
}

async function newestGlibc(library: string): Promise<number> {
  const { stdout } = await oracle('/usr/bin/env', ['readelf', '--version-info', '--wide', library]);
  return Math.max(...[...stdout.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)));
}

describeIf([engineWith(OLDEST_IMAGE), isX86], 'docker/zig', () => {
  it('compiles C++ for glibc 2.17 in an image without another compiler', async () => {
    const context = join(root, 'zig');
    await cp(join(repositoryRoot, 'docker/zig'), context, { recursive: true });
    await download(context, `ziglang==${ZIGLANG.version}`);
    const runner = dockerRunner({ image: build(context, OLDEST_IMAGE), memory: '3g', disk: '1g' });
    const bench = await JobBench.below(root);
    await writeFile(
      join(bench.source, 'answer.cc'),
      '#include <string>\nextern "C" int answer() { return std::to_string(42).size() * 21; }\n',
    );
    const cache = join(bench.workspace, 'cache');
    const env = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache, HOME: '/tmp' };
    const flags = ['-target', 'x86_64-linux-gnu.2.17', '-O2', '-fPIC', '-shared', '-s', '-o', 'answer.so'];
    const end = await bench.run(runner, [bench.step(['zig', 'c++', ...flags, 'answer.cc'], env)]);
    expect({ end, tail: bench.tail }).toMatchObject({ end: { status: 'done' } });
    expect(await newestGlibc(join(bench.source, 'answer.so'))).toBeLessThanOrEqual(17);
  });
});

describeIf([engineWith(IMAGE), isX86], 'docker/cuda', () => {
  it('compiles for a GPU that is not here', async () => {
    const [wheels, unpacked] = [join(root, 'wheels'), join(root, 'unpacked')];
    await download(wheels, ...CUDA);
    for (const wheel of await readdir(wheels)) {
      await oracle('python', ['-m', 'zipfile', '-e', join(wheels, wheel), unpacked]);
    }
    const toolkit = join(unpacked, 'nvidia/cu13');
    for (const folder of ['bin', 'nvvm/bin']) {
      const programs = await readdir(join(toolkit, folder), { withFileTypes: true });
      for (const { name } of programs) await chmod(join(toolkit, folder, name), 0o755);
    }
    const archive = join(root, 'toolkit.tar');
    await oracle('/usr/bin/env', ['tar', '-C', toolkit, '-cf', archive, '.']);
    made.push('toolkit:latest');
    engine(['import', archive, 'toolkit:latest']);
    const image = build(join(repositoryRoot, 'docker/cuda'), IMAGE);
    const bench = await JobBench.below(root);
    await writeFile(
      join(bench.source, 'add.cu'),
      `__global__ void add(float *to, const float *from) { to[threadIdx.x] += from[threadIdx.x]; }
extern "C" int launch(float *to, const float *from, int n) {
  add<<<1, n>>>(to, from);
  return cudaGetLastError();
}
`,
    );
    const flags = ['-shared', '-Xcompiler', '-fPIC', '-L/usr/local/cuda/lib', '-arch=sm_80', '-o', 'add.so'];
    const runner = dockerRunner({ image, memory: '3g', disk: '256m' });
    const end = await bench.run(runner, [bench.step(['nvcc', ...flags, 'add.cu'], { TMPDIR: '/tmp' })]);
    expect({ end, tail: bench.tail }).toMatchObject({ end: { status: 'done' } });
    const library = join(bench.source, 'add.so');
    const sections = await oracle('/usr/bin/env', ['readelf', '--sections', '--wide', library]);
    expect(sections.stdout).toContain('.nv_fatbin');
    // It loads, and says that there is no driver (cudaErrorInsufficientDriver).
    const script = 'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).launch(None, None, 1))';
    expect(await oracle('/usr/bin/env', ['python3', '-c', script, library])).toMatchObject({ stdout: '35' });
  });
});
