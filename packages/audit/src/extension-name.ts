import { posix } from 'node:path';

/** What the name of an extension module says about the interpreters that import it (PEP 3149). */
export interface ExtensionName {
  /** The last part of the module's name: `fast` of `pkg/fast.cpython-311-x86_64-linux-gnu.so`. */
  readonly stem: string;
  readonly suffix: Suffix;
}

/** The part behind the stem. */
export type Suffix =
  /** One version of one implementation; `flags` as in its ABI tag: `t` (free-threaded), `m`, `d`, `mu`; `pp73`. */
  | {
      readonly kind: 'cpython' | 'pypy';
      /** `311` */
      readonly version: string;
      readonly flags: string;
      /** `x86_64-linux-gnu`; names of old Pythons have none. */
      readonly triplet: string | undefined;
    }
  /** The stable ABI (PEP 384), and the one that free-threaded builds share (PEP 803). */
  | { readonly kind: 'abi3' | 'abi3t' }
  /** `.so` alone: every interpreter tries it. */
  | { readonly kind: 'plain' };

const CPYTHON = /^([^.]+)\.cpython-(\d{2,3})([a-z]*)(?:-([a-z0-9_-]+))?\.so$/;
const PYPY = /^([^.]+)\.pypy(\d{1,3})-((?:pp)?\d+)(?:-([a-z0-9_-]+))?\.so$/;
const STABLE = /^([^.]+)\.(abi3t?)\.so$/;
const PLAIN = /^([^.]+)\.so$/;

/** Reads a file's name as an extension module's; undefined where no interpreter would import it. */
export function parseExtensionName(path: string): ExtensionName | undefined {
  const name = posix.basename(path);
  const cpython = CPYTHON.exec(name);
  if (cpython !== null) {
    const [, stem = '', version = '', flags = '', triplet] = cpython;
    return { stem, suffix: { kind: 'cpython', version, flags, triplet } };
  }
  const pypy = PYPY.exec(name);
  if (pypy !== null) {
    const [, stem = '', version = '', flags = '', triplet] = pypy;
    return { stem, suffix: { kind: 'pypy', version, flags, triplet } };
  }
  const stable = STABLE.exec(name);
  if (stable !== null) return { stem: stable[1] ?? '', suffix: { kind: stable[2] as 'abi3' | 'abi3t' } };
  const plain = PLAIN.exec(name);
  return plain === null ? undefined : { stem: plain[1] ?? '', suffix: { kind: 'plain' } };
}
