import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FolderLink, listFolder, type WheelInput } from '@wheelwright/wheel';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';
import { libraryName } from './library-name.js';

/** The Python part of a project: where it lies and what of it goes into the wheel. */
export interface PackageFolder {
  /** The import name, such as `simpledet_ops`. */
  readonly importName: string;
  /** The same as a path inside the wheel; a dot becomes `/`. */
  readonly path: string;
  readonly files: readonly WheelInput[];
  /** Its symbolic links and what became of each, by their names below the folder: a wheel holds no links. */
  readonly links: readonly FolderLink[];
}

/**
 * Finds the package folder (beside pyproject.toml, or in `src/`) and lists its files under their names in the
 * wheel. Compiled Python caches and hidden files stay out. A library with several names is stored once, and no
 * link is followed out of the package, as `pack` does it.
 *
 * @throws {@link CliError} `bad-project` where the folder, or its `__init__.py` without `namespace = true`, is missing;
 * `WheelError` `link-leads-out`, `not-a-regular-file`
 */
export async function readPackageFolder({
  folder,
  path: file,
  project,
  tool,
}: ProjectFile): Promise<PackageFolder> {
  const importName = importNameOf({ project, tool });
  const path = importName.replaceAll('.', '/');
  const root = await firstFolder([join(folder, path), join(folder, 'src', path)]);
  if (root === undefined) {
    throw new CliError(
      'bad-project',
      `${file}: tool.wheelwright.package: there is no folder ${path} beside this file nor in src/`,
      { hint: 'package names the folder with the build products; it is the import name too' },
    );
  }
  if (!tool.namespace && !(await exists(join(root, '__init__.py')))) {
    throw new CliError(
      'bad-project',
      `${file}: tool.wheelwright.package: ${join(root, '__init__.py')} is missing`,
      {
        hint: 'a package has an __init__.py; set namespace = true if it is a namespace package',
      },
    );
  }
  const leaveOut = (name: string): boolean => name.split('/').some(isLeftOut);
  const { files, links } = await listFolder(root, { libraryName, leaveOut });
  const inWheel = files.map((input) => ({ ...input, name: `${path}/${input.name}` }));
  return { importName, path, files: inWheel, links };
}

/**
 * The files of the package and the libraries, as a wheel's inputs. A library that lies in the package folder is there
 * once, as a library; another file under the name of one stays, and the writer refuses the two.
 */
export function withLibraries(
  python: PackageFolder,
  libraries: readonly { readonly name: string; readonly path: string }[],
): WheelInput[] {
  const inputs = libraries.map(({ name, path }) => ({
    name: `${python.path}/${name}`,
    content: { path },
    executable: true,
  }));
  const paths = new Map(inputs.map(({ name, content }) => [name, resolve(content.path)]));
  const others = python.files.filter(
    ({ name, content }) => !('path' in content) || paths.get(name) !== resolve(content.path),
  );
  return [...others, ...inputs];
}

/** What Python imports: the package that is named, else the distribution's name as an identifier. */
export function importNameOf({ project, tool }: Pick<ProjectFile, 'project' | 'tool'>): string {
  return tool.package ?? project.name.replace(/[-.]+/g, '_').toLowerCase();
}

/** Caches of the machine and hidden files (editors', version control's) are no part of a package. */
function isLeftOut(name: string): boolean {
  return name === '__pycache__' || name.startsWith('.') || /\.py[co]$/.test(name);
}

async function firstFolder(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    const status = await stat(candidate).catch(() => undefined);
    if (status?.isDirectory() === true) return candidate;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
