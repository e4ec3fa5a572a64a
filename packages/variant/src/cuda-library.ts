/** Libraries that only a build with CUDA needs: the toolkit's, the driver's, cuDNN, NCCL and TensorRT. */
const cudaLibrary =
  /^lib(cuda|cudart|nvrtc|cublas|cublasLt|cufft|cufftw|curand|cusolver|cusolverMg|cusparse|cusparseLt|cudnn\w*|nccl|nvToolsExt|nvJitLink|nvjpeg|nvinfer|cupti|cufile)(?:-[0-9a-f]{6,})?\.so(?:\.\d+)*$/;

/**
 * The needed libraries that belong to CUDA: the toolkit's, the driver's, cuDNN, NCCL and TensorRT.
 * @public
 */
export function cudaLibrariesOf({ needed }: { readonly needed: readonly string[] }): readonly string[] {
  return needed.filter((name) => cudaLibrary.test(name));
}
