import { decode } from './string-table.js';

/** What precedes the module's name in the functions that CPython 3 and cffi's modules on PyPy export. */
const PREFIXES = ['PyInit_', '_cffi_pypyinit_'].map((text) => Buffer.from(text));

/** Python 2's prefix, an ordinary word in C: it counts where the file calls Python as well, as every module does. */
const PYTHON2_PREFIX = Buffer.from('init');

/** Collects the names of Python modules out of a file's dynamic symbols. */
export class PythonModules {
  readonly #modules = new Set<string>();
  readonly #python2 = new Set<string>();
  #callsPython = false;

  /** Takes the name of an exported function, as bytes: most are no module's and need not become strings. */
  offerExport(name: Uint8Array): void {
    for (const prefix of PREFIXES)
      if (startsWith(name, prefix)) this.#modules.add(decode(name.subarray(prefix.length)));
    if (startsWith(name, PYTHON2_PREFIX)) this.#python2.add(decode(name.subarray(PYTHON2_PREFIX.length)));
  }

  /** Takes the name of an undefined symbol. */
  offerImport(name: string): void {
    if (name.startsWith('Py')) this.#callsPython = true;
  }

  names(): string[] {
    return [...new Set([...this.#modules, ...(this.#callsPython ? this.#python2 : [])])];
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length > prefix.length && prefix.every((byte, at) => bytes[at] === byte);
}
