import { resolve } from 'node:path';
import { inspectTree, type LoadTree } from '@wheelwright/audit';
import type { Host } from '../run.js';

/** What this machine's loader would load for a file. A file of its own: only `inspect --tree` waits for the audit. */
export function treeOf(path: string, host: Pick<Host, 'env' | 'cwd'>): Promise<LoadTree> {
  const libraryPath = (host.env['LD_LIBRARY_PATH'] ?? '').split(/[:;]/).filter((folder) => folder !== '');
  return inspectTree(path, { libraryPath: libraryPath.map((folder) => resolve(host.cwd(), folder)) });
}
