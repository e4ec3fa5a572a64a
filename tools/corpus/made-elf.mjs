/**
 * Files that no published wheel has: what a patcher meets all the same. Compiled by gcc, and changed as other tools
 * leave files.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const code = `
  #include <math.h>
  static __thread int calls;
  double area(double r) { calls++; return fabs(sin(r)) * r * r; }
`;
const longer = '$ORIGIN/../some/folder/that/is/longer/than/any/before';

/** Releases of patchelf, where `oracles:install` and `oracles:install-more` bring them. */
const PATCHELFS = ['oracles', 'patchelf-0.17', 'patchelf-0.18'];

/** As `sstrip` leaves a 64-bit file: e_shoff, e_shnum and e_shstrndx are zero. */
function dropSectionHeaders(file) {
  const bytes = readFileSync(file);
  bytes.writeBigUInt64LE(0n, 0x28);
  bytes.writeUInt32LE(0, 0x3c);
  writeFileSync(file, bytes);
}

/**
 * Makes them in a folder and returns their paths.
 *
 * @param {string} folder
 * @param {string} root the repository
 * @param {(input: string, output: string, changes: object) => Promise<unknown>} patchFile ours
 */
export async function makeFiles(folder, root, patchFile) {
  const source = path.join(folder, 'area.c');
  writeFileSync(source, code);
  const made = [];
  const compile = (name, ...flags) => {
    const file = path.join(folder, `lib${name}.so`);
    const common = ['-shared', '-fPIC', '-o', file, source, '-lm', '-Wl,-soname,libarea.so.1'];
    execFileSync('gcc', [...common, ...flags]);
    made.push(file);
    return file;
  };
  const plain = compile('plain');
  compile('no-spare-entries', '-Wl,--spare-dynamic-tags=0');
  compile('no-room-for-headers', '-Wl,--build-id=none', '-Wl,-z,noseparate-code', '-Wl,-z,norelro');
  compile('pages-of-16k', '-Wl,-z,max-page-size=16384');
  compile('pages-of-64k', '-Wl,-z,max-page-size=65536', '-Wl,--hash-style=both');
  dropSectionHeaders(compile('no-section-headers'));
  dropSectionHeaders(compile('no-section-headers-64k', '-Wl,-z,max-page-size=65536', '-Wl,--build-id=none'));
  truncateSync(compile('over-4-gib'), 5 * 2 ** 30);
  for (const release of PATCHELFS) {
    const patchelf = path.join(root, 'tmp', release, 'bin/patchelf');
    if (!existsSync(patchelf)) throw new Error(`no ${patchelf}: npx nx run oracles:install-more`);
    const file = path.join(folder, `libpatched-by-${release}.so`);
    copyFileSync(plain, file);
    execFileSync(patchelf, ['--set-rpath', longer, '--set-soname', 'libother-and-longer.so.1', file]);
    made.push(file);
  }
  const ours = path.join(folder, 'libpatched-by-ours.so');
  await patchFile(plain, ours, { runpath: [longer], soname: 'libother-and-longer.so.1' });
  made.push(ours);
  const twice = path.join(folder, 'libpatched-by-ours-twice.so');
  await patchFile(ours, twice, {
    runpath: [`${longer}/still`],
    addNeeded: ['libdl.so.2', 'libpthread.so.0'],
  });
  made.push(twice);
  return made;
}
