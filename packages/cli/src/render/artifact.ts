import type { Artifact, ArtifactSummary } from '@wheelwright/artifact';
import { fields } from './fields.js';
import { formatSize } from './size.js';

/** An artifact as a person reads it. */
export function describeArtifact(artifact: Artifact): string {
  const { id, url, files } = artifact;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return fields([
    ['url', url],
    ['commit', id.commit],
    ['os', id.os],
    ['variant', id.variant],
    ['linking', id.linking],
    ['branch', id.branch ?? undefined],
    ['python', id.python ?? undefined],
    ['files', `${files.length}, ${formatSize(total)}`],
    ...files
      .slice(0, 20)
      .map(
        ({ name, size, sha256 }) =>
          ['', `${name}  ${formatSize(size)}  sha256 ${sha256.slice(0, 16)}`] as const,
      ),
    ['', files.length > 20 ? `and ${files.length - 20} more` : undefined],
  ]);
}

/** One line of a list. */
export function describeSummary({ prefix, state, files, size }: ArtifactSummary): string {
  return `${prefix}  ${files} ${files === 1 ? 'file' : 'files'}, ${formatSize(size)}${state === 'whole' ? '' : ', unfinished'}`;
}
