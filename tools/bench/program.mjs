import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The command line that starts our program, as it is built. */
export const wheelwright = (...args) => [
  process.execPath,
  path.join(root, 'packages/cli/bin/wheelwright.js'),
  ...args,
];

/** A tool among the tests' oracles (tools/oracles), by its name. */
export const oracle = (tool) => path.join(root, 'tmp/oracles/bin', tool);
