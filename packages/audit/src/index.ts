export { auditElfFile, auditFolder } from './audit-files.js';
export { auditWheel, type AuditOptions } from './audit-wheel.js';
export { AuditError, type AuditErrorCode } from './error.js';
export { isExtension, type AuditedFile } from './graph.js';
export { type Candidate } from './inspect-files.js';
export { judge, type JudgeInput } from './judge.js';
export { parsePlatformTag, platformSpellings, type PlatformTag } from './platform-tag.js';
export { findPolicy, policiesOf, type Family, type Policy } from './policy.js';
export type { Fix, Offence, OffenceKind, Verdict } from './verdict.js';
