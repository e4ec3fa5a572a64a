export type { Artifact, ArtifactFile } from './artifact.js';
export { branchVariables, decideBranch, type BranchSources } from './branch.js';
export {
  checkCommit,
  commitVariables,
  decideCommit,
  type CommitAbsence,
  type CommitSources,
} from './commit.js';
export { ArtifactError, type ArtifactErrorCode } from './error.js';
export type { FileRole } from './file-name.js';
export type { Environment, Found, Missing, Origin } from './found.js';
export { readGit, type GitState } from './git.js';
export { identifyBuild, type BuildIdentity, type IdentifyOptions } from './identify.js';
export { checkId, type ArtifactId, type Linking } from './identity.js';
export {
  formatPrefix,
  layouts,
  parseKey,
  readLayout,
  type Layout,
  type ParsedKey,
  type Part,
} from './layout.js';
export { listArtifacts, type ArtifactSummary, type ListArtifactsOptions } from './list.js';
export { parseMeta, type ArtifactMeta, type MetaFile } from './meta.js';
export {
  decideOperatingSystem,
  type OperatingSystem,
  type OperatingSystemSources,
  type OsReleaseFile,
} from './operating-system.js';
export { parseOsRelease } from './os-release.js';
export {
  judgeLinking,
  type ExternalLibrary,
  type LibraryOrigin,
  type LinkedFile,
  type LinkingEvidence,
  type LinkingSources,
} from './linking.js';
export type { LocalFile, LocalLibrary } from './plan.js';
export type { TransferProgress } from './progress.js';
export { pullArtifact, type PullRequest, type PullResult } from './pull.js';
export { pushArtifact, type PushRequest, type PushResult } from './push.js';
export {
  collectGarbage,
  removeArtifact,
  type CollectOptions,
  type Garbage,
  type RemoveOptions,
} from './remove.js';
export { textReaderBelow } from './root-folder.js';
export { readArtifact, type ArtifactReading, type ReadArtifactOptions } from './show.js';
