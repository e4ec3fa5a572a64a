import { createRequire } from 'node:module';
import type pc from 'picocolors';
import type { GlobalOptions } from '../command.js';
import type { Output } from '../run.js';

/** Colours for one stream: real ones, or none. */
export type Style = Pick<
  ReturnType<typeof pc.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

const PLAIN: Style = { bold: String, dim: String, red: String, green: String, yellow: String, cyan: String };

/**
 * Colours are for people: on a terminal, unless `--no-color` or NO_COLOR (https://no-color.org) says otherwise;
 * FORCE_COLOR asks for them anyway.
 */
export function styleFor(
  output: Output,
  env: NodeJS.ProcessEnv,
  options: Pick<GlobalOptions, 'color'>,
): Style {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const refused = !options.color || (env['NO_COLOR'] ?? '') !== '' || env['FORCE_COLOR'] === '0';
  return !refused && (forced || output.isTTY === true) ? colours() : PLAIN;
}

/** Loaded where somebody sees them: piped, the command line starts without. */
function colours(): Style {
  const { createColors } = createRequire(import.meta.url)('picocolors') as typeof pc;
  return createColors(true);
}
