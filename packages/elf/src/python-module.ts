import { ElfError } from './error.js';
import { MAX_MODULE_BYTES } from './limits.js';
import { decode } from './string-table.js';

/** What precedes the module's name in the functions that modules of CPython 3 (PEP 489, PEP 793) and of cffi export. */
const PREFIXES = ['PyInit_', 'PyModExport_', '_cffi_pypyinit_'].map((text) => Buffer.from(text));

/** Python 2's prefix, an ordinary word in C: it counts where the file calls Python as well, as every module does. */
const PYTHON2_PREFIX = Buffer.from('init');

/** Collects the names of Python modules out of a file's dynamic symbols. */
export class PythonModules {
  readonly #modules = new Set<string>();
  readonly #python2 = new Set<string>();
  #left = MAX_MODULE_BYTES;

  /** Takes the name of an exported function, as bytes: most are no module's and need not become strings. */
  offer(name: Uint8Array): void {
    for (const prefix of PREFIXES)
      if (startsWith(name, prefix)) this.#keep(this.#modules, name.subarray(prefix.length));
    if (startsWith(name, PYTHON2_PREFIX)) this.#keep(this.#python2, name.subarray(PYTHON2_PREFIX.length));
  }

  #keep(modules: Set<string>, name: Uint8Array): void {
    this.#left -= name.length;
    if (this.#left < 0) {
      throw new ElfError('too-large', 'the names of Python modules are longer than those of any library', {
        structure: 'the dynamic symbol table',
        expected: `at most ${MAX_MODULE_BYTES} bytes together`,
      });
    }
    modules.add(decode(name));
  }

  /** The modules of a file with these undefined symbols. */
  names(imports: readonly { readonly name: string }[]): string[] {
    const withPython2 = this.#python2.size > 0 && callsPython(imports.map(({ name }) => name));
    return [...new Set([...this.#modules, ...(withPython2 ? this.#python2 : [])])];
  }
}

/** Whether a file with these undefined symbols uses Python's C interface. */
export function callsPython(imports: readonly string[]): boolean {
  return imports.some((name) => /^_?Py/.test(name));
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length <= prefix.length) return false;
  // A loop, not `every`: it's asked of hundreds of thousands of names, which mostly differ in their first bytes.
  for (let at = 0; at < prefix.length; at++) if (bytes[at] !== prefix[at]) return false;
  return true;
}
