import type { Offence } from './verdict.js';

/** Libraries that come with a graphics driver: a wheel that brings one breaks where the driver is another. */
export function isDriverLibrary(library: string): boolean {
  return /^(?:libcuda\.so\.1|libnvidia-|libnvcuvid\.so|libnvoptix\.so|libamdhip64\.so)/.test(library);
}

/** What a person can do about an offence. */
export function remedyFor({ kind, library, version, policy, file }: Omit<Offence, 'remedy'>): string {
  switch (kind) {
    case 'library':
      return libraryRemedy(library ?? '');
    case 'libpython':
      return `do not link against ${library ?? 'libpython'}: an extension finds these symbols in the interpreter that loads it`;
    case 'symbol-version':
      return versionRemedy(version ?? '', library ?? '', policy);
    case 'symbol':
      return library === null
        ? 'compile against a Python that is built as the manylinux images build theirs'
        : `do not use these symbols of ${library}: only some systems of ${policy} have them; or link ${library} statically`;
    case 'isa':
      return `compile for the baseline instruction set (no -march=native, no -march=${version ?? ''})`;
    case 'architecture':
      return `build ${file ?? 'the file'} for the architecture of ${policy}, or leave it out`;
    case 'libc':
      return `build ${file ?? 'the file'} for the C library of ${policy}, or make a wheel of its own for it`;
    case 'tag':
      return 'claim another tag';
  }
}

function libraryRemedy(library: string): string {
  if (isDriverLibrary(library)) {
    return `${library} comes with the driver: never bring it along; load it with dlopen, or exclude it from the audit`;
  }
  return `bring ${library} in the wheel, found through a runpath of $ORIGIN, or link it statically`;
}

function versionRemedy(version: string, library: string, policy: string): string {
  if (/^(?:GLIBCXX|CXXABI|GCC)_/.test(version)) {
    return `link the C++ runtime statically (zig does), or compile with a compiler as old as ${policy}`;
  }
  if (version.startsWith('GLIBC_'))
    return `compile for ${policy}, such as with toolchain zig and this target`;
  return `compile against a ${library} that is as old as those of ${policy}`;
}
