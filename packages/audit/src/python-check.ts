import type { AuditedFile } from './graph.js';
import { libcOf } from './libc.js';
import { enumerate } from './library-remedy.js';
import { majorVersions, namedInterpreters, stableAbiClaims, type PythonTags } from './python-claim.js';
import {
  accepts,
  initialises,
  majorVersion,
  modulesOf,
  tellSuffix,
  type ExtensionFile,
  type PythonModule,
} from './python-module.js';
import { stableAbiProblems } from './stable-abi-check.js';
import { tripletProblem } from './triplet.js';

/** Why a Python or ABI tag doesn't hold. */
export interface PythonProblem {
  readonly file: AuditedFile;
  /** The tag that it speaks against: `cp311`, `cp37-abi3`, `py3-none`. */
  readonly tag: string;
  readonly symbols: readonly string[];
  /** The version of Python that it takes, where that is what is wrong. */
  readonly version: string | null;
  /** The oldest tag that allows it; null where none does. */
  readonly allowedFrom: string | null;
  /** What is wrong, and what to do. */
  readonly remedy: string;
}

/**
 * Holds extension modules against the Python and ABI tags of a wheel: whether each interpreter that is promised
 * finds a file which it imports (PEP 3149), whether that file has its init function (PEP 489), and keeps to the
 * stable ABI where that is promised (PEP 384).
 */
export function pythonProblems(files: readonly AuditedFile[], tags: PythonTags): PythonProblem[] {
  const modules = modulesOf(files);
  return [
    ...modules.flatMap((module) => importProblems(module, tags)),
    ...modules.flatMap((module) => module.files.flatMap((file) => fileProblems(file, tags))),
    ...stableAbiProblems(files, modules, tags),
  ];
}

const problem = (
  { file }: Pick<ExtensionFile, 'file'>,
  tag: string,
  remedy: string,
  rest: Partial<PythonProblem> = {},
): PythonProblem => ({ file, tag, symbols: [], version: null, allowedFrom: null, remedy, ...rest });

/** Interpreters that are promised and find no file of a module. */
function importProblems({ files }: PythonModule, tags: PythonTags): PythonProblem[] {
  const [first] = files;
  const are = enumerate([...new Set(files.map(({ suffix }) => tellSuffix(suffix)))]);
  const told = (tag: string): PythonProblem =>
    problem(
      first,
      tag,
      `its name is that of ${are}, which ${tag} doesn't import: build it for ${tag}, or claim its own tag`,
    );
  const unserved = namedInterpreters(tags).filter(
    (interpreter) => !files.some(({ suffix }) => accepts(interpreter, suffix)),
  );
  const one = files.every(({ suffix }) => suffix.kind === 'cpython' || suffix.kind === 'pypy');
  const open = tags.abi.includes('none') ? tags.python.filter((tag) => /^(?:py|cp)[23]$/.test(tag)) : [];
  const stable = stableAbiClaims(tags).filter(
    ({ abi }) => !files.some(({ suffix }) => suffix.kind === 'plain' || suffix.kind === abi),
  );
  return [
    ...unserved.map(({ tag }) => told(tag)),
    ...(one && namedInterpreters(tags).length === 0
      ? open.slice(0, 1).map((tag) => told(`${tag}-none`))
      : []),
    ...stable.map(({ tag }) => told(tag)),
  ];
}

/** What is wrong with one file, whoever imports it. */
function fileProblems(extension: ExtensionFile, tags: PythonTags): PythonProblem[] {
  const { file, stem, suffix } = extension;
  const tag = `${tags.python.join('.')}-${tags.abi.join('.')}`;
  const problems: PythonProblem[] = [];
  if (!initialises(file, extension)) {
    const has = enumerate(file.elf.pythonInit.map((name) => `PyInit_${name}`));
    problems.push(
      problem(
        extension,
        tag,
        `Python looks for PyInit_${stem} in it and finds ${has}: give the file the module's name, or build it as ${stem}`,
      ),
    );
  }
  const triplet = 'triplet' in suffix ? suffix.triplet : undefined;
  const wrong =
    triplet && tripletProblem(triplet, suffix, file.elf.architecture, libcOf(file.path, file.elf));
  if (wrong !== undefined && wrong !== '') problems.push(problem(extension, tag, wrong));
  const major = majorVersion(file);
  const promised = majorVersions(tags);
  if (major !== undefined && promised.size > 0 && !promised.has(major)) {
    const init = major === 2 ? `init${stem}` : `PyInit_${stem}`;
    problems.push(
      problem(extension, tag, `it is a module of Python ${major} (${init}): build it for ${tag}`, {
        version: String(major),
      }),
    );
  }
  return [...problems, ...unicodeProblems(extension, tags)];
}

/** Python 2 was built with narrow or wide Unicode, and says which in its ABI tag: `cp27m` or `cp27mu` (PEP 513). */
function unicodeProblems(extension: ExtensionFile, { abi }: PythonTags): PythonProblem[] {
  const used = (width: 2 | 4): string[] =>
    extension.file.elf.imports
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`PyUnicodeUCS${width}_`));
  return abi.flatMap((tag) => {
    if (!/^cp2\d+d?m?u?$/.test(tag)) return [];
    const symbols = used(tag.endsWith('u') ? 2 : 4);
    const other = tag.endsWith('u') ? tag.slice(0, -1) : `${tag}u`;
    return symbols.length === 0
      ? []
      : [
          problem(
            extension,
            tag,
            `it is built for ${other}, whose Unicode has another width: claim ${other}`,
            { symbols },
          ),
        ];
  });
}
