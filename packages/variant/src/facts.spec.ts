import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { inspectElf, openFile } from '@wheelwright/elf';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { detectVariant } from './detect.js';
import { readVariantFacts, type VariantFacts } from './facts.js';

const run = promisify(execFile);
const folder = await temporaryFolder('variant-facts');

/** Compiles a library that needs libraries of these names and exports these symbols. */
async function compile(
  name: string,
  { needs = [], symbols = [], source = '' }: { needs?: string[]; symbols?: string[]; source?: string },
): Promise<string> {
  for (const soname of needs) {
    await gcc(join(folder, soname), 'int unused;', [`-Wl,-soname,${soname}`]);
  }
  const functions = symbols.map(
    (symbol, index) => `int f${index}(void) __asm__("${symbol}"); int f${index}(void) { return 0; }`,
  );
  const library = join(folder, name);
  const linked = needs.map((soname) => join(folder, soname));
  await gcc(library, [source, ...functions].join('\n'), ['-Wl,--no-as-needed', ...linked]);
  return library;
}

async function gcc(output: string, source: string, flags: readonly string[]): Promise<void> {
  await writeFile(`${output}.c`, source);
  await run('gcc', ['-shared', '-fPIC', '-nostdlib', '-o', output, `${output}.c`, ...flags]);
}

async function factsOf(path: string): Promise<VariantFacts> {
  const file = await openFile(path);
  try {
    return await readVariantFacts(file, await inspectElf(file), 'libmxnet.so');
  } finally {
    await file.close();
  }
}

/** One fat binary with machine code for sm_70 and PTX for compute_75, each with eight bytes of code. */
const fatBinary = `
__asm__(".section .nv_fatbin,\\"a\\"\\n.balign 8\\n"
  ".long 0xba55ed50\\n.short 1, 16\\n.quad 144\\n"
  ".short 2, 0x101\\n.long 64\\n.quad 8\\n.skip 12\\n.long 70\\n.skip 32\\n.quad 0x7777777777777777\\n"
  ".short 1, 0x101\\n.long 64\\n.quad 8\\n.skip 12\\n.long 75\\n.skip 32\\n.quad 0x7777777777777777\\n"
  ".section .nvFatBinSegment,\\"aw\\"\\n.quad 0\\n.text\\n");`;

describeIf([{ program: 'gcc' }], 'the facts of a compiled library', () => {
  it('has none of the marks in a plain library', async () => {
    const facts = await factsOf(await compile('libplain.so', { symbols: ['dnnl_memory_create', 'cudart'] }));
    expect(facts).toEqual({
      library: 'libmxnet.so',
      needed: [],
      oneDnnMarks: [],
      parameterServer: false,
      libinfo: false,
      gpuSections: [],
      gpuCode: { architectures: [], compiledBy: [], problem: undefined },
      cudaRuntime: undefined,
      toolkitPaths: [],
    });
    expect(detectVariant(facts).variant).toBe('native');
  });

  it.each(['_ZN4dnnl4impl', '_ZN6mkldnn4impl'])('finds oneDNN by %s', async (mark) => {
    const facts = await factsOf(
      await compile('libcpu.so', {
        symbols: [`${mark}3cpu3fooEv`, '_ZN2ps3Van4StopEv', 'MXLibInfoFeatures'],
      }),
    );
    expect(facts).toMatchObject({ oneDnnMarks: [mark], parameterServer: true, libinfo: true });
    expect(detectVariant(facts)).toMatchObject({ variant: 'cpu', features: { DIST_KVSTORE: true } });
  });

  it('finds CUDA by the libraries that are needed', async () => {
    const facts = await factsOf(
      await compile('libcu102.so', { needs: ['libcudart.so.10.2', 'libnvrtc.so.10.2', 'libcudnn.so.8'] }),
    );
    expect(detectVariant(facts)).toMatchObject({ variant: 'cu102', features: { CUDA: true, CUDNN: true } });
  });

  it('finds statically linked CUDA by its sections, and what the GPU code is for', async () => {
    const facts = await factsOf(await compile('libstatic.so', { source: fatBinary }));
    expect(facts).toMatchObject({
      gpuSections: expect.arrayContaining(['.nv_fatbin', '.nvFatBinSegment']),
      gpuCode: { architectures: ['sm_70', 'compute_75'], compiledBy: [], problem: undefined },
    });
    expect(detectVariant(facts)).toMatchObject({ variant: null, cuda: { version: null } });
    expect(detectVariant(facts, { requested: 'cu102' }).variant).toBe('cu102');
  });

  it.each([
    ['exported', [], 'linked'],
    ['hidden, but not stripped', ['-fvisibility=hidden'], 'linked'],
    ['hidden and stripped', ['-fvisibility=hidden', '-s'], undefined],
  ])('finds a static CUDA runtime whose symbols are %s', async (_, flags, expected) => {
    const library = join(folder, 'libruntime.so');
    await gcc(library, 'int __cudaRegisterFatBinary(void) { return 0; }', flags);
    const facts = await factsOf(library);
    expect(facts).toMatchObject({ cudaRuntime: expected, gpuSections: [] });
    expect(detectVariant(facts)).toMatchObject(
      expected === undefined
        ? { variant: 'native' }
        : { variant: null, cuda: { source: 'the CUDA runtime' } },
    );
  });

  it('tells a runtime that is called from one that is inside', async () => {
    const library = join(folder, 'libcaller.so');
    await gcc(
      library,
      'int cudaRuntimeGetVersion(int *); int f(int *x) { return cudaRuntimeGetVersion(x); }',
      [],
    );
    expect(await factsOf(library)).toMatchObject({ cudaRuntime: 'imported' });
    expect(
      await factsOf(await compile('libwrapper.so', { symbols: ['my_cudaRuntimeGetVersion_v2'] })),
    ).toMatchObject({
      cudaRuntime: undefined,
    });
  });

  const paths = `const char a[] = "/usr/local/cuda-11.2/include/thrust/x.h", b[] = "/usr/local/cuda-11.2";
    const char c[] = "/usr/local/cuda-11.123/", d[] = "/usr/local/cuda-/x", e[] = "/usr/local/cuda-10.1.243/x.h";
    const char f[] = "/opt/cuda-9.0";`;

  it('counts the toolkits whose paths it speaks of, where the release is open', async () => {
    const facts = await factsOf(
      await compile('libpaths.so', { needs: ['libcudart.so.11.0'], source: paths }),
    );
    expect(facts.toolkitPaths).toEqual([
      { release: { major: 11, minor: 2 }, count: 2 },
      { release: { major: 10, minor: 1 }, count: 1 },
    ]);
    expect(detectVariant(facts)).toMatchObject({
      variant: 'cu112',
      cuda: { source: '/usr/local/cuda-11.2' },
    });
  });

  it('takes a search path for one, too', async () => {
    const library = join(folder, 'librunpath.so');
    await gcc(library, `${fatBinary} int f;`, [
      '-Wl,-rpath,/x:/usr/local/cuda-13.0/targets/x86_64-linux/lib',
    ]);
    expect(await factsOf(library)).toMatchObject({
      toolkitPaths: [{ release: { major: 13, minor: 0 }, count: 1 }],
    });
  });

  it('finds a path that lies across two blocks', async () => {
    const at = (1 << 20) - 8;
    const source = `${fatBinary}
      __asm__(".section .rodata\\n.balign 4096\\n.skip ${at}\\n.ascii \\"/usr/local/cuda-12.4/\\"\\n.text\\n");`;
    const path = await compile('libblocks.so', { source });
    expect(await factsOf(path)).toMatchObject({
      toolkitPaths: [{ release: { major: 12, minor: 4 }, count: 1 }],
    });
  });

  it.each([
    ['the release is known', ['libcudart.so.10.2']],
    ['there is no CUDA', []],
  ])('reads no constants where %s', async (_, needs) => {
    const facts = await factsOf(await compile('libknown.so', { needs, source: paths }));
    expect(facts.toolkitPaths).toEqual([]);
  });

  it('reads no GPU code where the section has no bytes, as in split debug files', async () => {
    const library = await compile('libsplit.so', { source: fatBinary });
    await run('objcopy', ['--only-keep-debug', library, `${library}.debug`]);
    const facts = await factsOf(`${library}.debug`);
    expect(facts.gpuSections).toContain('.nv_fatbin');
    expect(facts.gpuCode).toEqual({ architectures: [], compiledBy: [], problem: undefined });
  });
});
