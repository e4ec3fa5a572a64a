import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { inspectElf, openFile } from '@wheelwright/elf';
import { compileLibrary, describeIf, temporaryFolder } from '@wheelwright/testing';
import { detectVariant } from '../detect.js';
import { readVariantFacts } from '../facts.js';
import { askNvcc } from '../nvcc/ask.js';
import { cudaWord } from '../variant-word.js';
import { inCorpus, needs } from './folder.js';

const run = promisify(execFile);
const folder = await temporaryFolder('compilers');

/** Real toolkits: where nvcc is, where its tools are, and the PTX ISA that it speaks. */
const toolkits = [
  ['11.2', 'debian-bullseye/usr/lib/nvidia-cuda-toolkit', 'debian-bullseye/usr/bin', '7.2'],
  ['11.8', 'debian-bookworm/usr/lib/nvidia-cuda-toolkit', 'debian-bookworm/usr/bin', '7.8'],
  ['12.4', 'debian-trixie/usr/lib/nvidia-cuda-toolkit', 'debian-trixie/usr/bin', '8.4'],
  ['13.0', 'nvidia_cuda_nvcc/nvidia/cu13', 'nvidia_cuda_nvcc/nvidia/cu13/bin', '9.0'],
] as const;

for (const [release, home, tools, isa] of toolkits) {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const word = cudaWord({ major, minor });

  describeIf([needs(home), { program: 'gcc' }], `CUDA ${release}`, () => {
    it(`has an nvcc that says ${word}`, async () => {
      const answer = await askNvcc({ environment: { CUDA_HOME: inCorpus(home), PATH: process.env['PATH'] } });
      expect(answer).toMatchObject({
        state: 'release',
        release: { major, minor },
        path: join(inCorpus(home), 'bin/nvcc'),
      });
      const open = await factsOf(await compileLibrary(folder, `libopen${word}`, 'int x;'));
      const static_ = { ...open, gpuSections: ['.nv_fatbin'] };
      expect(detectVariant(static_, { nvcc: answer }).variant).toBe(word);
    });

    it.each([
      ['as it is', []],
      ['compressed', ['--compress-all']],
    ])(`makes GPU code, ${word}, that is read as what it was made for: %s`, async (_, flags) => {
      const kernel = `.version ${isa}\n.target sm_75\n.address_size 64\n.visible .entry kernel() { ret; }\n`;
      const [ptx, cubin, fatbin] = ['ptx', 'cubin', 'fatbin'].map((suffix) =>
        join(folder, `${word}.${suffix}`),
      ) as [string, string, string];
      await writeFile(ptx, kernel);
      await run(join(inCorpus(tools), 'ptxas'), ['-arch=sm_75', ptx, '-o', cubin]);
      const images = [`--image3=kind=elf,sm=75,file=${cubin}`, `--image3=kind=ptx,sm=75,file=${ptx}`];
      await run(join(inCorpus(tools), 'fatbinary'), ['-64', ...flags, `--create=${fatbin}`, ...images]);
      const code = `__asm__(".section .nv_fatbin,\\"a\\"\\n.balign 8\\n.incbin \\"${fatbin}\\"\\n.text\\n");`;
      const library = await compileLibrary(folder, `lib${word}${flags.length}`, code);
      const facts = await factsOf(library);
      expect(facts.gpuCode).toEqual({
        architectures: ['sm_75', 'compute_75'],
        compiledBy: [{ major, minor }],
        problem: undefined,
      });
      expect(detectVariant(facts)).toMatchObject({
        variant: word,
        confidence: 'high',
        cuda: { version: release },
      });
    });
  });
}

async function factsOf(path: string) {
  const file = await openFile(path);
  try {
    return await readVariantFacts(file, await inspectElf(file), path);
  } finally {
    await file.close();
  }
}
