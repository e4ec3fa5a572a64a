import { readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import {
  auditElfFile,
  auditFolder,
  auditWheel,
  libraryPattern,
  type AuditOptions,
  type Candidate,
  type Verdict,
} from '@wheelwright/audit';
import { openFile } from '@wheelwright/wheel';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { describeVerdict, verdictDocument } from '../render/verdict.js';
import { documentOf } from '../render/results.js';
import { sideBySide } from '../side-by-side.js';

/** While one is inflated another is opened or judged; how many members are inflated at once, the audit decides. */
const AT_ONCE = availableParallelism() + 1;

/** How each path is audited. */
export type PathOptions = Omit<AuditOptions, 'path'>;

/** `audit PATH...`: each path's verdict; exit 1 where a claimed tag doesn't hold. */
export function audit(paths: readonly string[], options: Record<string, unknown>): Command {
  return async ({ options: { cwd, json }, reporter, style, host, signal }) => {
    const exclude = patterns(options['exclude']);
    const asked = pathOptions(options, exclude, cwd);
    const layout = {
      style,
      all: options['all'] === true,
      ...(asked.policy === undefined ? {} : { policy: asked.policy }),
      ...(host.stdout.columns === undefined ? {} : { width: host.stdout.columns }),
    };
    const results = await sideBySide(paths, AT_ONCE, async (path) => {
      signal.throwIfAborted();
      reporter.step(`auditing ${path}`);
      const verdict = await auditPath(resolve(cwd, path), asked);
      // What is printed stays; the facts of many wheels together would be too much to keep.
      return {
        conforms: verdict.conforms,
        document: verdictDocument(path, verdict),
        text: json ? '' : describeVerdict(path, verdict, layout),
        unmatched: unmatched(exclude, verdict),
      };
    });
    for (const pattern of exclude.filter((one) =>
      results.every((result) => result.unmatched.includes(one)),
    )) {
      reporter.warn(`--exclude ${pattern} matches no library that is needed; is its version missing?`);
    }
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

function pathOptions(
  { policy, ldpaths, all }: Record<string, unknown>,
  exclude: readonly string[],
  cwd: string,
): PathOptions {
  return {
    ...(typeof policy === 'string' ? { policy } : {}),
    ...(typeof ldpaths === 'string' ? { ldpaths: foldersOf(ldpaths, cwd) } : {}),
    ...(exclude.length === 0 ? {} : { excluded: libraryPattern(exclude) }),
    all: all === true,
  };
}

/** Folders joined by `:`, from the folder that the command runs in; an empty one is none. */
function foldersOf(text: string, cwd: string): string[] {
  return text
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => resolve(cwd, folder));
}

function patterns(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((pattern): pattern is string => typeof pattern === 'string')
    : [];
}

/** Patterns that exclude nothing: most likely a mistake, which would be found out on a user's machine. */
function unmatched(exclude: readonly string[], { files }: Verdict): string[] {
  const needed = [...new Set(files.flatMap(({ elf }) => elf.needed))];
  return exclude.filter((pattern) => !needed.some(libraryPattern([pattern])));
}

/** What a path is, its content decides, but for a wheel: the claims of a wheel stand in its name. */
export async function auditPath(path: string, options: PathOptions = {}): Promise<Verdict> {
  if ((await stat(path)).isDirectory()) return auditFolder(folderCandidates(path), options);
  const source = await openFile(path);
  try {
    if (path.endsWith('.whl')) return await auditWheel(source, { path: basename(path), ...options });
    return await auditElfFile(source, { path: basename(path), ...options });
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
