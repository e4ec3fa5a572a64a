import { describeReading, readCudaSoname } from './cuda-version.js';
import type { VariantFacts } from './facts.js';
import type { Evidence } from './verdict.js';

/** Libraries that only a build with CUDA needs: the toolkit's, the driver's, cuDNN, NCCL and TensorRT. */
const cudaLibrary =
  /^lib(cuda|cudart|nvrtc|cublas|cublasLt|cufft|cufftw|curand|cusolver|cusolverMg|cusparse|cudnn\w*|nccl|nvToolsExt|nvJitLink|nvjpeg|nvinfer|cupti)(?:-[0-9a-f]{6,})?\.so(?:\.\d+)*$/;

/** The needed libraries that belong to CUDA. */
export function cudaLibrariesOf({ needed }: VariantFacts): readonly string[] {
  return needed.filter((name) => cudaLibrary.test(name));
}

/** Each fact as something that it says; what is absent is named as well, for it decides as much. */
export function collectEvidence(facts: VariantFacts): Evidence[] {
  const says = (claim: string, detail: string): Evidence => ({
    source: 'elf',
    says: claim,
    detail,
    library: facts.library,
  });
  const evidence = [
    ...cudaLibrariesOf(facts).map((name) => says(cudaClaim(name), `needs ${name}`)),
    ...facts.gpuSections.map((name) => says('CUDA', sectionDetail(facts, name))),
  ];
  if (evidence.length === 0) evidence.push(says('no CUDA', 'needs no CUDA library and embeds no GPU code'));
  for (const mark of facts.oneDnnMarks) evidence.push(says('oneDNN', `has names that begin with ${mark}`));
  if (facts.oneDnnMarks.length === 0) evidence.push(says('no oneDNN', 'has no names of oneDNN or MKL-DNN'));
  if (facts.parameterServer) evidence.push(says('distributed key-value store', 'has the class ps::Van'));
  return evidence;
}

function cudaClaim(library: string): string {
  const reading = readCudaSoname(library);
  return reading === undefined ? 'CUDA' : describeReading(reading);
}

function sectionDetail({ gpuCode }: VariantFacts, section: string): string {
  if (section !== '.nv_fatbin') return `has the section ${section}`;
  const stopped = gpuCode.problem === undefined ? '' : `; not read to its end: ${gpuCode.problem}`;
  const code = gpuCode.architectures.length === 0 ? '' : ` with code for ${gpuCode.architectures.join(', ')}`;
  return `has the section ${section}${code}${stopped}`;
}
