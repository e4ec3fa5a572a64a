import { ArtifactError } from './error.js';
import { checkId, isLinking, type ArtifactId } from './identity.js';
import { parseProperties } from './properties.js';

const names = ['commit_id', 'dependency_linking', 'os', 'variant'] as const;

/**
 * Reads the meta file that MXNet's artifact_repository.py writes: four lines of YAML, which a property file would spell
 * alike. It says which artifact this is, and nothing of its files.
 * @returns `undefined` for a meta file that isn't of this kind
 * @throws ArtifactError `malformed-meta`
 */
export function parseLegacyMeta(bytes: Uint8Array): ArtifactId | undefined {
  if (bytes.byteLength > 4096) return undefined;
  const properties = parseProperties(bytes);
  if (properties.has('format') || !properties.has('commit_id')) return undefined;
  const [commit = '', linking = '', os = '', variant = ''] = names.map((name) =>
    // YAML puts what could be a number into quotes.
    (properties.get(name) ?? '').trim().replace(/^(['"])(.*)\1$/, '$2'),
  );
  if (!isLinking(linking)) throw malformed(`has dependency_linking: ${JSON.stringify(linking)}`);
  try {
    return checkId({ commit, os, variant, linking, branch: null, python: null });
  } catch (cause) {
    throw malformed(`is refused: ${String(cause)}`, cause);
  }
}

function malformed(complaint: string, cause?: unknown): ArtifactError {
  return new ArtifactError(
    'malformed-meta',
    `The meta file ${complaint}.`,
    cause === undefined ? {} : { cause },
  );
}
