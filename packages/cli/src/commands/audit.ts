import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { auditElfFile, auditFolder, auditWheel, type Candidate, type Verdict } from '@wheelwright/audit';
import { openFile } from '@wheelwright/wheel';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { describeVerdict, verdictDocument } from '../render/verdict.js';
import { documentOf } from '../render/results.js';

/** `audit PATH...`: each path's verdict; exit 1 where a claimed tag doesn't hold. */
export function audit(paths: readonly string[], options: Record<string, unknown>): Command {
  const policy = typeof options['policy'] === 'string' ? { policy: options['policy'] } : {};
  return async ({ options: { cwd }, reporter, style }) => {
    const results: { path: string; verdict: Verdict }[] = [];
    for (const path of paths) {
      reporter.step(`auditing ${path}`);
      results.push({ path, verdict: await auditPath(resolve(cwd, path), policy) });
    }
    return {
      exitCode: results.every(({ verdict }) => verdict.conforms) ? EXIT.done : EXIT.refused,
      document: documentOf(
        'wheelwright/audit@1',
        results.map(({ path, verdict }) => verdictDocument(path, verdict)),
      ),
      text: results.map(({ path, verdict }) => describeVerdict(path, verdict, style)).join('\n\n'),
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
