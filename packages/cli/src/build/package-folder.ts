import { constants } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { WheelInput } from '@wheelwright/wheel';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';

/** The Python part of a project: where it lies and what of it goes into the wheel. */
export interface PackageFolder {
  /** The import name, such as `simpledet_ops`. */
  readonly importName: string;
  /** The same as a path inside the wheel; a dot becomes `/`. */
  readonly path: string;
  readonly files: readonly WheelInput[];
}

/**
 * Finds the package folder (beside pyproject.toml, or in `src/`) and lists its files under their names in the
 * wheel. Compiled Python caches and hidden files stay out. A symbolic link is followed to a file inside the
 * package only: a wheel holds no links, and nothing of the machine belongs into it by accident.
 *
 * @throws {@link CliError} `bad-project` where the folder, or its `__init__.py` without `namespace = true`, is missing
 */
export async function readPackageFolder({
  folder,
  path: file,
  project,
  tool,
}: ProjectFile): Promise<PackageFolder> {
  const importName = tool.package ?? project.name.replace(/[-.]+/g, '_').toLowerCase();
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
  return { importName, path, files: await listFiles(root, path) };
}

async function listFiles(root: string, path: string): Promise<WheelInput[]> {
  const inside = (await realpath(root)) + sep;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: WheelInput[] = [];
  for (const entry of entries) {
    const source = join(entry.parentPath, entry.name);
    const name = relative(root, source).split(sep);
    if (entry.isDirectory() || name.some(isLeftOut)) continue;
    const real = await realpath(source);
    if (!real.startsWith(inside)) {
      throw new CliError('bad-project', `${source}: the link leads to ${real}, outside the package`, {
        hint: 'copy the file into the package, or name it under tool.wheelwright.libraries',
      });
    }
    const status = await stat(real);
    // A link to a folder would bring its files in twice.
    if (status.isDirectory()) continue;
    files.push({
      name: [path, ...name].join('/'),
      content: { path: real },
      executable: (status.mode & constants.S_IXUSR) !== 0,
    });
  }
  return files;
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
