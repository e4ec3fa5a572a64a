import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from '@wheelwright/testing';
import { writeWheel, type WheelInput } from '@wheelwright/wheel';

/** A C library of a chain: what it returns, and what it asks of the next. */
export interface ChainLink {
  readonly name: string;
  readonly code: string;
  readonly needs?: readonly string[];
  readonly flags?: readonly string[];
}

/** What compiles: the machine's gcc, or another driver with the same arguments. */
export type Compiler = readonly [program: string, ...args: string[]];

/** Compiles `lib/libNAME.so.1` with a link `libNAME.so` beside it. */
export async function compileLink(
  folder: string,
  { name, code, needs = [], flags = [] }: ChainLink,
  [program, ...args]: Compiler = ['gcc'],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const source = join(folder, `${name}.c`);
  const library = join(folder, `lib${name}.so.1`);
  await writeFile(source, code);
  await tool(program, [
    ...args,
    '-shared',
    '-fPIC',
    '-o',
    library,
    source,
    `-Wl,-soname,lib${name}.so.1`,
    ...needs.map((need) => join(folder, `lib${need}.so.1`)),
    ...flags,
  ]);
  return library;
}

/** A module that Python can import, without Python's headers: `value()` gives what the chain gives. */
export function extensionCode(module: string, call: string): string {
  return `
    typedef struct { long refcnt; void *type; } object;
    extern object *PyModule_Create2(void *, int);
    extern object *PyLong_FromLong(long);
    int ${call}(void);
    static object *value(object *self, object *args) { return PyLong_FromLong(${call}()); }
    struct method { const char *name; object *(*f)(object *, object *); int flags; const char *doc; };
    static struct method methods[] = { { "value", value, 4, 0 }, { 0, 0, 0, 0 } };
    struct definition { long refcnt; void *type, *init; long index; void *copy; const char *name, *doc; long size;
      struct method *methods; void *slots, *traverse, *clear, *free; };
    static struct definition module = { 1, 0, 0, 0, 0, "${module}", 0, -1, methods, 0, 0, 0, 0 };
    object *PyInit_${module}(void) { return PyModule_Create2(&module, 1013); }
  `;
}

/** Writes a wheel `demo-1.0-py3-none-PLATFORM.whl` and returns its path. */
export async function demoWheel(
  folder: string,
  files: readonly WheelInput[],
  options: { readonly platform?: string; readonly python?: string; readonly metadataVersion?: string } = {},
): Promise<string> {
  const { platform = 'linux_x86_64', python = 'py3', metadataVersion = '2.1' } = options;
  const { path } = await writeWheel(folder, {
    distribution: 'demo',
    version: '1.0',
    tags: { python, abi: 'none', platform },
    metadata: `Metadata-Version: ${metadataVersion}\nName: demo\nVersion: 1.0\n`,
    files,
    rootIsPurelib: false,
    generator: 'test',
  });
  return path;
}
