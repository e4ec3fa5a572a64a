import { readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { auditElfFile, auditFolder, auditWheel, type Candidate, type Verdict } from '@wheelwright/audit';
import { openFile } from '@wheelwright/wheel';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { describeVerdict, verdictDocument } from '../render/verdict.js';
import { documentOf } from '../render/results.js';
import { sideBySide } from '../side-by-side.js';

/** While one is inflated another is opened or judged; how many members are inflated at once, the audit decides. */
const AT_ONCE = availableParallelism() + 1;

/** `audit PATH...`: each path's verdict; exit 1 where a claimed tag doesn't hold. */
export function audit(paths: readonly string[], options: Record<string, unknown>): Command {
  const policy = typeof options['policy'] === 'string' ? { policy: options['policy'] } : {};
  return async ({ options: { cwd }, reporter, style, signal }) => {
    const results = await sideBySide(paths, AT_ONCE, async (path) => {
      signal.throwIfAborted();
      reporter.step(`auditing ${path}`);
      const verdict = await auditPath(resolve(cwd, path), policy);
      // What is printed stays; the facts of many wheels together would be too much to keep.
      return {
        conforms: verdict.conforms,
        document: verdictDocument(path, verdict),
        text: describeVerdict(path, verdict, style),
      };
    });
    return {
      exitCode: results.every(({ conforms }) => conforms) ? EXIT.done : EXIT.refused,
      document: documentOf(
        'wheelwright/audit@1',
        results.map(({ document }) => document),
      ),
      text: results.map(({ text }) => text).join('\n\n'),
    };
  };
}

/** What a path is, its content decides, but for a wheel: the claims of a wheel stand in its name. */
export async function auditPath(path: string, policy: { readonly policy?: string } = {}): Promise<Verdict> {
  if ((await stat(path)).isDirectory()) return auditFolder(folderCandidates(path), policy);
  const source = await openFile(path);
  try {
    if (path.endsWith('.whl')) return await auditWheel(source, { path: basename(path), ...policy });
    return await auditElfFile(source, { path: basename(path), ...policy });
  } finally {
    await source.close();
  }
}

/** Every regular file below a folder, opened for as long as it is looked at. Symbolic links are not followed. */
async function* folderCandidates(root: string): AsyncGenerator<Candidate> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const source = await openFile(path);
    try {
      yield { path: relative(root, path).split(sep).join('/'), source };
    } finally {
      await source.close();
    }
  }
}
