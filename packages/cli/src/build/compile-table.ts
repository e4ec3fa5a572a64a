import type { ProjectFile } from '../config/load.js';
import type { ToolTable } from '../config/schema.js';
import { CliError } from '../error.js';

/**
 * How a project is compiled.
 *
 * @throws {@link CliError} `usage` for a project that takes libraries as they are
 */
export function compileTable({ tool, path }: ProjectFile): NonNullable<ToolTable['compile']> {
  if (tool.compile !== undefined) return tool.compile;
  throw new CliError('usage', `${path}: there is nothing to compile: no tool.wheelwright.compile`, {
    hint: 'say how: build-system = "cmake", or command = [...]',
  });
}
