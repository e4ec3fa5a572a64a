import { writeWheel, type WheelInput, type WrittenWheel } from '@wheelwright/wheel';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { version } from '../version.js';
import type { BuiltFile } from './compile-project.js';
import { metadataParts } from './metadata-files.js';
import type { VariantTable } from './variant-table.js';

/** What goes into a wheel, and what it is called. */
export interface PackRequest {
  readonly file: ProjectFile;
  readonly table: VariantTable;
  readonly tags: { readonly python: string; readonly abi: string; readonly platform: string };
  readonly inputs: readonly WheelInput[];
  /** Licence files of what was linked in. */
  readonly licenses: readonly BuiltFile[];
  /** Whether compiled code is among the inputs: it belongs into platlib. */
  readonly native: boolean;
}

/**
 * Writes the wheel into a folder. Its bytes depend on the request and SOURCE_DATE_EPOCH alone.
 *
 * @throws WheelError
 */
export async function packWheel(
  folder: string,
  request: PackRequest,
  context: CommandContext,
): Promise<WrittenWheel> {
  const { file, table, tags, inputs, licenses, native } = request;
  const { host, reporter, signal } = context;
  const carried = licenses.map(({ name, path }) => ({ name, content: { path } }));
  return writeWheel(
    folder,
    {
      distribution: table.project.name,
      version: table.project.version,
      tags,
      files: inputs,
      ...(await metadataParts(file, table, carried)),
      rootIsPurelib: !native,
      generator: `wheelwright ${version}`,
    },
    {
      signal,
      ...sourceDateEpoch(host.env),
      onProgress: (done, total) => {
        reporter.detail(`${Math.floor((100 * done) / total)} %`);
      },
    },
  );
}

/** https://reproducible-builds.org/specs/source-date-epoch: whole seconds; what isn't a number is the writer's to refuse. */
export function sourceDateEpoch(env: NodeJS.ProcessEnv): { sourceDateEpoch?: number } {
  const value = env['SOURCE_DATE_EPOCH'];
  return value === undefined || value === '' ? {} : { sourceDateEpoch: Number(value) };
}
