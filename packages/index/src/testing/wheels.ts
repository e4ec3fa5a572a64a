import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@wheelwright/testing';
import { writeWheel } from '@wheelwright/wheel';

const scratch = await temporaryFolder('index-wheels');

/** What makes one wheel differ from another. */
export interface WheelRecipe {
  readonly name?: string;
  readonly version?: string;
  readonly python?: string;
  readonly abi?: string;
  readonly platform?: string;
  readonly requiresPython?: string;
  /** The module's text. */
  readonly content?: string;
}

/** Writes a wheel of one module, and returns its path. */
export async function makeWheel({
  name = 'demo-ops',
  version = '1.0',
  python = 'py3',
  abi = 'none',
  platform = 'any',
  requiresPython,
  content = '',
}: WheelRecipe = {}): Promise<string> {
  const module = name.replaceAll('-', '_');
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  if (requiresPython !== undefined) lines.push(`Requires-Python: ${requiresPython}`);
  const { path } = await writeWheel(await mkdtemp(join(scratch, 'wheel-')), {
    distribution: name,
    version,
    tags: { python, abi, platform },
    metadata: `${lines.join('\n')}\n`,
    files: [{ name: `${module}.py`, content: Buffer.from(`VERSION = "${version}"\n${content}\n`) }],
    rootIsPurelib: true,
    generator: 'wheelwright test',
  });
  return path;
}
