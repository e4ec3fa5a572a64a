import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('../package.json') as { version: string };

/** The version of the command line, as its package says. */
export const version = manifest.version;
