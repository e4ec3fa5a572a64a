import type { Offence } from './verdict.js';

/** What a person can do about an offence that isn't about a missing library. */
export function remedyFor(facts: Omit<Offence, 'remedy'>): string {
  const { kind, library, policy, allowedFrom } = facts;
  const file = facts.file ?? 'the file';
  const version = facts.version ?? '';
  switch (kind) {
    case 'symbol-version':
      return versionRemedy(version, library ?? '', policy, allowedFrom);
    case 'symbol':
      return library === null
        ? 'compile against a Python that is built without --with-fpectl, as the manylinux images build theirs'
        : `do not use these symbols of ${library}: not every system of ${policy} has them; or link ${library} statically`;
    case 'isa':
      return `compile for the baseline instruction set (no -march=native, no -march=${version})`;
    case 'architecture':
      return `build ${file} for the architecture of ${policy}, or leave it out`;
    case 'libc':
      return `build ${file} for the C library of ${policy}, or make a wheel of its own for it`;
    case 'libpython':
      return `do not link against ${library ?? 'libpython'}: an extension finds these symbols in the interpreter that loads it`;
    case 'executable-stack':
      return `link with -Wl,-z,noexecstack, and give assembler sources a .note.GNU-stack section: glibc 2.41 and newer refuse to load the file`;
    case 'library':
      return `bring ${library ?? 'the library'} in the wheel`;
    case 'tag':
    case 'python':
      return `claim another tag than ${policy}`;
  }
}

function versionRemedy(version: string, library: string, policy: string, allowedFrom: string | null): string {
  const or = allowedFrom === null ? '' : `, or claim ${allowedFrom}`;
  if (version.endsWith('_PRIVATE')) {
    return `do not use ${library}'s private symbols, which change with every release: link what needs them dynamically, or leave it out`;
  }
  if (/^(?:GLIBCXX|CXXABI|GCC)_/.test(version)) {
    return `link the C++ runtime statically (-static-libstdc++ -static-libgcc; zig does), or compile in the image of ${policy}${or}`;
  }
  if (version.startsWith('GLIBC_')) return `compile with ${policy} as the target${or}`;
  return `compile against a ${library} as old as those of ${policy}${or}`;
}
