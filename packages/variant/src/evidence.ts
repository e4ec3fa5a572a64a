import { cudaLibrariesOf } from './cuda-library.js';
import { describeReading, readCudaSoname } from './cuda-version.js';
import type { DetectOptions } from './detect.js';
import type { VariantFacts } from './facts.js';
import type { LibinfoFeatures } from './libinfo/features.js';
import { describeNvccFailure, type NvccAnswer } from './nvcc/answer.js';
import type { Evidence } from './verdict.js';

/** Each fact as something that it says; what is absent is named as well, for it decides as much. */
export function collectEvidence(
  facts: VariantFacts,
  { libinfo, nvcc }: Pick<DetectOptions, 'libinfo' | 'nvcc'> = {},
): Evidence[] {
  const from =
    (source: Evidence['source']) =>
    (says: string, detail: string): Evidence => ({ source, says, detail, library: facts.library });
  const elf = from('elf');
  const evidence = [
    ...cudaLibrariesOf(facts).map((name) => elf(cudaClaim(name), `needs ${name}`)),
    ...facts.gpuSections.map((name) => elf(sectionClaim(facts, name), sectionDetail(facts, name))),
  ];
  if (facts.cudaRuntime === 'linked') evidence.push(elf('CUDA', 'has the CUDA runtime linked in statically'));
  if (facts.cudaRuntime === 'imported' && evidence.length === 0) {
    evidence.push(elf('CUDA', "calls the CUDA runtime, and doesn't name the library that has it"));
  }
  for (const { release, count } of facts.toolkitPaths) {
    const version = `${release.major}.${release.minor}`;
    evidence.push(
      elf(`CUDA ${version}`, `its strings name /usr/local/cuda-${version} ${times(count)} (a hint only)`),
    );
  }
  if (evidence.length === 0) evidence.push(elf('no CUDA', 'needs no CUDA library and embeds no GPU code'));
  for (const mark of facts.oneDnnMarks) evidence.push(elf('oneDNN', `has names that begin with ${mark}`));
  if (facts.oneDnnMarks.length === 0) evidence.push(elf('no oneDNN', 'has no names of oneDNN or MKL-DNN'));
  if (facts.parameterServer) evidence.push(elf('distributed key-value store', 'has the class ps::Van'));
  if (libinfo !== undefined) evidence.push(from('libinfo')(...libinfoClaim(libinfo)));
  if (nvcc !== undefined) evidence.push(from('nvcc')(...nvccClaim(nvcc)));
  return evidence;
}

function cudaClaim(library: string): string {
  const reading = readCudaSoname(library);
  return reading === undefined ? 'CUDA' : describeReading(reading);
}

function sectionClaim({ gpuCode }: VariantFacts, section: string): string {
  const compiler = section === '.nvFatBinSegment' ? undefined : gpuCode.compiledBy.at(-1);
  return compiler === undefined ? 'CUDA' : `CUDA ${compiler.major}.${compiler.minor}`;
}

function sectionDetail({ gpuCode, gpuSections }: VariantFacts, section: string): string {
  // What was found is told once, of the section that runs.
  const told = gpuSections.includes('.nv_fatbin') ? '.nv_fatbin' : '__nv_relfatbin';
  if (section !== told) return `has the section ${section}`;
  const stopped = gpuCode.problem === undefined ? '' : `; not read to its end: ${gpuCode.problem}`;
  const code = gpuCode.architectures.length === 0 ? '' : ` with code for ${gpuCode.architectures.join(', ')}`;
  const releases = gpuCode.compiledBy.map(({ major, minor }) => `${major}.${minor}`);
  const compiled = releases.length === 0 ? '' : `, compiled by CUDA ${releases.join(', ')}`;
  return `has the section ${section}${code}${compiled}${stopped}`;
}

function libinfoClaim(features: LibinfoFeatures): [string, string] {
  const on = Object.entries(features).filter(([, enabled]) => enabled);
  const words = [
    features['CUDA'] === true ? 'CUDA' : 'no CUDA',
    features['ONEDNN'] === true ? 'oneDNN' : 'no oneDNN',
  ];
  return [words.join(', '), `MXLibInfoFeatures has on: ${on.map(([name]) => name).join(', ') || 'nothing'}`];
}

function nvccClaim(nvcc: NvccAnswer): [string, string] {
  if (nvcc.state === 'release') {
    return [`CUDA ${nvcc.release.major}.${nvcc.release.minor}`, `${nvcc.path} --version says '${nvcc.line}'`];
  }
  return ['nothing', describeNvccFailure(nvcc)];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
