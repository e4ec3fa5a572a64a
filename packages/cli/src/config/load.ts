import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkProject, WheelError, type Project } from '@wheelwright/wheel';
import { CliError } from '../error.js';
import { problemsOf, type Problem } from './problem.js';
import { toolSchema, type ToolTable } from './schema.js';

/** A project as its pyproject.toml describes it. */
export interface ProjectFile {
  /** The absolute folder that relative paths of the file start from. */
  readonly folder: string;
  /** The file's own path, for messages. */
  readonly path: string;
  /** `[project]`: PEP 621 metadata. */
  readonly project: Project;
  /** `[tool.wheelwright]`, with defaults. */
  readonly tool: ToolTable;
}

/**
 * Reads FOLDER/pyproject.toml. Everything that is wrong in it is reported at once, with file and key.
 *
 * @throws {@link CliError} `not-found` without the file; `bad-configuration` where it isn't TOML or a key is wrong
 */
export async function loadProject(folder: string): Promise<ProjectFile> {
  const path = join(folder, 'pyproject.toml');
  const document = await parseToml(path, await readProjectFile(path));
  const { project, problems: projectProblems } = readMetadata(document['project']);
  const { tool, problems: toolProblems } = readTool(document);
  if (project === undefined || tool === undefined) {
    throw new CliError('bad-configuration', describe(path, [...projectProblems, ...toolProblems]));
  }
  return { folder, path, project, tool };
}

/**
 * Reads the table `[tool.wheelwright]` alone, of a folder that may be no project of ours: a command that can do without.
 *
 * @returns `undefined` where there is no pyproject.toml or no such table
 * @throws {@link CliError} `bad-configuration` where it isn't TOML or a key of the table is wrong
 */
export async function loadToolTable(folder: string): Promise<ToolTable | undefined> {
  const path = join(folder, 'pyproject.toml');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || !text.includes('wheelwright')) return undefined;
  const { tool, problems } = readTool(await parseToml(path, text));
  if (tool === undefined) throw new CliError('bad-configuration', describe(path, problems));
  return tool;
}

async function readProjectFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('not-found', `${path}: there is no such file, and a project is described by it`, {
      hint: 'name the project folder: wheelwright build-wheel PROJECT',
      cause,
    });
  }
}

async function parseToml(path: string, text: string): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [message] = cause.message.split('\n');
    throw new CliError(
      'bad-configuration',
      `${path}:${cause.line}:${cause.column}: ${message ?? 'is not TOML'}`,
      { cause },
    );
  }
}

function readMetadata(table: unknown): { project?: Project; problems: Problem[] } {
  if (table === undefined) {
    return {
      problems: [
        { key: 'project', message: 'is missing: a wheel needs at least a name and a version (PEP 621)' },
      ],
    };
  }
  try {
    return { project: checkProject(table), problems: [] };
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    const problems =
      error.problems.length > 0 ? error.problems : [{ key: 'project', message: error.message }];
    return { problems: [...problems] };
  }
}

function readTool(document: Record<string, unknown>): { tool?: ToolTable; problems: Problem[] } {
  const tools = document['tool'];
  const table =
    typeof tools === 'object' && tools !== null && 'wheelwright' in tools ? tools.wheelwright : {};
  const result = toolSchema.safeParse(table);
  if (result.success) return { tool: result.data, problems: [] };
  return { problems: problemsOf(result.error, toolSchema, 'tool.wheelwright') };
}

function describe(path: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ key, message }) => `${key} ${message}`);
  return lines.length === 1
    ? `${path}: ${lines.join('')}`
    : `${path}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
