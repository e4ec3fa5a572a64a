export { freePort } from './free-port.js';
export { describeIf, missing, type Requirement } from './requirement.js';
export { oracle, oracleEnvironment, repositoryRoot, type OracleResult } from './oracle.js';
export { type CountedCalls, dyingAt } from './dying.js';
export { type DyingFileSystem, dyingFileSystem } from './dying-file-system.js';
export { temporaryFolder } from './temporary-folder.js';
export { python } from './wheel/python.js';
export { type RawEnd, type RawHeader, type RawMember, rawZip } from './wheel/raw-zip.js';
export { type BrokenWheel, brokenWheels } from './wheel/broken-wheel.js';
export { type MadeWheel, madeWheel, SOUND_METADATA, type WheelChange } from './wheel/sound-wheel.js';
export { buildElf } from './elf/build.js';
export { compileLibrary } from './elf/compile.js';
export { tool } from './elf/tool.js';
export type { ElfExport, ElfImport, ElfMachine, ElfRecipe } from './elf/recipe.js';
export type { S3Server } from './s3/gateway.js';
export { s3Requirement, startS3Server } from './s3/server.js';
export {
  type Fault,
  type FaultProxy,
  type FaultRule,
  first,
  networkFaults,
  type SeenRequest,
  startFaultProxy,
} from './s3/fault-proxy.js';
export { signedLink, signedRequest, type Signer } from './s3/signed-request.js';
export {
  slurmAccountingRequirements,
  type SlurmCluster,
  type SlurmOptions,
  slurmRequirements,
  startSlurm,
} from './slurm/cluster.js';
export { slurmMemoryRequirement } from './slurm/memory-cgroup.js';
