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
      gpuSections: [],
      gpuCode: { architectures: [], problem: undefined },
    });
    expect(detectVariant(facts).variant).toBe('native');
  });

  it.each(['_ZN4dnnl4impl', '_ZN6mkldnn4impl'])('finds oneDNN by %s', async (mark) => {
    const facts = await factsOf(
      await compile('libcpu.so', { symbols: [`${mark}3cpu3fooEv`, '_ZN2ps3Van4StopEv'] }),
    );
    expect(facts).toMatchObject({ oneDnnMarks: [mark], parameterServer: true });
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
      gpuCode: { architectures: ['sm_70', 'compute_75'], problem: undefined },
    });
    expect(detectVariant(facts)).toMatchObject({ variant: null, cuda: { version: null } });
    expect(detectVariant(facts, { requested: 'cu102' }).variant).toBe('cu102');
  });

  it('reads no GPU code where the section has no bytes, as in split debug files', async () => {
    const library = await compile('libsplit.so', { source: fatBinary });
    await run('objcopy', ['--only-keep-debug', library, `${library}.debug`]);
    const facts = await factsOf(`${library}.debug`);
    expect(facts.gpuSections).toContain('.nv_fatbin');
    expect(facts.gpuCode).toEqual({ architectures: [], problem: undefined });
  });
});
