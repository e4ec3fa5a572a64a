import { writeWheel, type WheelInput, type WrittenWheel } from '@wheelwright/wheel';
import type { LinkedDependency } from '@wheelwright/runner';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { version } from '../version.js';
import type { BuiltFile } from './compile-project.js';
import { DEPENDENCY_SBOM, dependencySbom } from './dependency-sbom.js';
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
  /** What was linked in: its SBOM goes along. */
  readonly dependencies: readonly LinkedDependency[];
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
  const { file, table, tags, inputs, licenses, dependencies, native } = request;
  const { host, reporter, signal } = context;
  const carried = licenses.map(({ name, path }) => ({ name, content: { path } }));
  const wheel = { distribution: table.project.name, version: table.project.version };
  const sbom = { name: DEPENDENCY_SBOM, content: Buffer.from(dependencySbom(wheel, dependencies)) };
  return writeWheel(
    folder,
    {
      ...wheel,
      tags,
      files: inputs,
      ...(await metadataParts(file, table, carried)),
      ...(dependencies.length === 0 ? {} : { sboms: [sbom] }),
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
