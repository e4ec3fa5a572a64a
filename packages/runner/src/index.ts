export { collectLibraries, type CollectedLibraries } from './collect.js';
export { compile } from './compile.js';
export { compileKey, KeyShop } from './matrix/compile-key.js';
export { planCells, type Cell, type MatrixAxes } from './matrix/plan.js';
export { selectLibraries, type SelectedLibrary } from './libraries.js';
export { parseTarget, type Architecture, type Target } from './target.js';
export { RunnerError, type RunnerErrorCode, type RunnerErrorDetails } from './error.js';
export type {
  CMakeBuild,
  CommandBuild,
  CommandsBuild,
  CompiledResult,
  CompileEvent,
  CompileOptions,
  CompileRequest,
  CompileResult,
  DependencySource,
  FailedResult,
  FolderSource,
  GitSource,
  LibrarySelection,
  MakeBuild,
  MesonBuild,
  LinkedDependency,
  Material,
  Named,
  OutputFile,
  Overlay,
  Part,
  PinnedArchive,
  PreparedTree,
  SourceChanges,
  SourceRequest,
  StaticDependency,
  SystemBuild,
  WheelSelection,
} from './request.js';
export { localRunner } from './runner/local.js';
export { dockerRunner } from './runner/docker/docker.js';
export { clusterVersion, kubernetesRunner } from './runner/kubernetes/kubernetes.js';
export type { KubernetesSettings } from './runner/kubernetes/settings.js';
export { slurmRunner } from './runner/slurm/slurm.js';
export type { SlurmSettings } from './runner/slurm/settings.js';
export { DEFAULT_LIMITS, type ContainerSettings } from './runner/docker/settings.js';
export type {
  FailureReason,
  Job,
  JobResult,
  JobResults,
  JobWatcher,
  Runner,
  RunnerName,
  Step,
  Surroundings,
} from './runner/runner.js';
export { hasResult, receiveResult, sendResult, type KeptResult } from './transfer/kept-result.js';
export type { ReceiveOptions, SendOptions, SentFile, Transfer, TransferLink } from './transfer/transfer.js';
export type { ToolchainName } from './toolchain/toolchain.js';
