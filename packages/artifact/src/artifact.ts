import type { FileRole } from './file-name.js';
import type { ArtifactId } from './identity.js';

/** A file of an artifact in its store. @public */
export interface ArtifactFile {
  /** Below the prefix: `libmxnet.so`, `licenses/LICENSE`, `libmxnet.meta`. */
  readonly name: string;
  readonly role: FileRole | 'meta';
  readonly size: number;
  readonly sha256: string;
  readonly key: string;
}

/** The `artifact` object of the JSON output, without its schema. @public */
export interface Artifact {
  readonly id: ArtifactId;
  readonly prefix: string;
  readonly url: string;
  readonly files: readonly ArtifactFile[];
}
