import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import {
  coreMetadata,
  entryPointsText,
  projectReadme,
  type Project,
  type WheelInput,
  type WheelSpec,
} from '@wheelwright/wheel';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';
import type { VariantTable } from './variant-table.js';

/** The parts of a wheel that say what it is. */
export type MetadataParts = Pick<WheelSpec, 'metadata' | 'licenses' | 'entryPoints'>;

/**
 * METADATA, licence files and entry points of a project under a variant.
 *
 * @param carried - licence files of what was linked in, under their names in `dist-info/licenses/`
 * @throws {@link CliError} `bad-project` for a readme or licence file that isn't there
 */
export async function metadataParts(
  file: ProjectFile,
  { project, readmeAppendix }: VariantTable,
  carried: readonly WheelInput[],
): Promise<MetadataParts> {
  const licenses = [...(await licenseFiles(file, project)), ...carried];
  const readme = await readReadme(file, project, readmeAppendix);
  const entryPoints = entryPointsText(project);
  return {
    metadata: coreMetadata(project, {
      ...(readme === undefined ? {} : { readme }),
      licenseFiles: licenses.map(({ name }) => name),
    }),
    licenses,
    ...(entryPoints === undefined ? {} : { entryPoints }),
  };
}

async function readReadme(
  file: ProjectFile,
  project: Project,
  appendix: string | undefined,
): Promise<{ text: string; contentType: string } | undefined> {
  const readme = projectReadme(project);
  if (readme === undefined)
    return appendix === undefined ? undefined : { text: appendix, contentType: 'text/plain' };
  const text = 'text' in readme ? readme.text : await readText(file, 'project.readme', readme.file);
  return { text: appendix === undefined ? text : `${text}\n${appendix}`, contentType: readme.contentType };
}

async function readText(file: ProjectFile, key: string, name: string): Promise<string> {
  const path = join(file.folder, name);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('bad-project', `${file.path}: ${key}: ${path} can't be read`, { cause });
  }
}

/** PEP 639's globs, or the one file of the older table form. */
function licensePatterns({ license, 'license-files': files }: Project): readonly string[] | undefined {
  return files ?? (typeof license === 'object' && 'file' in license ? [license.file] : undefined);
}

/** The files that `license-files` matches (PEP 639), which stay inside the project; without the key, the usual names. */
async function licenseFiles(file: ProjectFile, project: Project): Promise<WheelInput[]> {
  const { glob } = await import('tinyglobby');
  const patterns = licensePatterns(project);
  const names = await glob([...(patterns ?? ['LICEN[CS]E*', 'COPYING*', 'NOTICE*', 'AUTHORS*'])], {
    cwd: file.folder,
    dot: true,
    expandDirectories: false,
  });
  if (patterns !== undefined && names.length === 0 && patterns.length > 0) {
    throw new CliError(
      'bad-project',
      `${file.path}: project.license-files: nothing matches ${patterns.join(', ')}`,
    );
  }
  const inside = (await realpath(file.folder)) + sep;
  return Promise.all(
    names.sort().map(async (name) => {
      const path = await realpath(join(file.folder, name));
      if (path.startsWith(inside)) return { name, content: { path } };
      throw new CliError(
        'bad-project',
        `${file.path}: project.license-files: ${name} leads out of the project`,
      );
    }),
  );
}
