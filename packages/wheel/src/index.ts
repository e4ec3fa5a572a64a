export { bufferSource, type ByteSource, type ClosableSource, openFile } from './byte-source.js';
export { entryPointsText } from './entry-points.js';
export { type ProjectProblem, WheelError, type WheelErrorCode, type WheelErrorOptions } from './error.js';
export {
  formatTaggedFilename,
  formatWheelFilename,
  parseWheelFilename,
  type WheelFilename,
} from './filename.js';
export type { WheelInput } from './input.js';
export type { WheelSpec } from './layout.js';
export { type HeaderField } from './header-fields.js';
export { addMetadataFields, metadataFields } from './metadata-fields.js';
export { coreMetadata, type MetadataContent } from './metadata.js';
export {
  type FolderFiles,
  type FolderLink,
  type FolderOptions,
  type LibraryName,
  listFolder,
} from './folder-files.js';
export {
  type FolderPlatform,
  type JudgeElf,
  platformOfFiles,
  type UnjudgedFile,
} from './platform/folder-platform.js';
export { type PackedWheel, packFolder, type PackOptions } from './pack.js';
export { rewriteWheel, type WheelChange } from './rewrite/rewrite-wheel.js';
export { type RetaggedWheel, type RetagOptions, retagWheel, type TagChange, wheelFileWith } from './retag.js';
export { type UnpackedWheel, type UnpackOptions, unpackWheel } from './unpack.js';
export { checkName, normaliseDistribution } from './name.js';
export { checkProject } from './project/check-project.js';
export type { LicenseTable, Person, Project, ReadmeTable } from './project/project.js';
export { projectReadme, type ReadmeSource } from './project/readme.js';
export { formatRecord, parseRecord, recordHash, type RecordRow } from './record.js';
export { expandTags, type WheelTags } from './tag.js';
export { normaliseVersion } from './version.js';
export type { ContentResult, ContentTask } from './verify/contents.js';
export { RULES, type RuleId, type WheelProblem } from './verify/rule.js';
export { verifyWheelFile } from './verify/verify-file.js';
export { verifyWheel, type ReadContents, type Verification, type VerifyOptions } from './verify/verify.js';
export { openWheel, type SourceOptions, type Wheel, type WheelMember } from './wheel.js';
export { parseWheelFile, type WheelFile, type WheelFileInput, wheelFileText } from './wheel-file.js';
export { type WrittenWheel, type WriteOptions, writeWheel } from './write.js';
