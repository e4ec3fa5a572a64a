import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What reading a file cost. */
export interface Cost {
  readonly size: number;
  readonly imports: number;
  readonly reads: number;
  readonly bytes: number;
  /** Bytes of the process' peak above that of a Node which does nothing. */
  readonly memory: number;
}

/** Not `getrusage`: a child's peak begins with that of its parent there. */
const PEAK = `Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024`;
const IMPORT = `import { readFileSync } from 'node:fs';\n`;

const SCRIPT = `${IMPORT}
import { inspectElf, openFile } from '@wheelwright/elf';
const file = await openFile(process.argv[1]);
let reads = 0, bytes = 0;
const { imports } = await inspectElf({
  size: file.size,
  read(offset, length) {
    reads += 1;
    bytes += length;
    return file.read(offset, length);
  },
});
console.log(JSON.stringify({ size: file.size, imports: imports.length, reads, bytes, peak: ${PEAK} }));
`;

/** Reads a file in a process of its own, with the package as it's built. On Linux. */
export async function measure(path: string): Promise<Cost> {
  const { peak, ...cost } = await run<Omit<Cost, 'memory'> & { peak: number }>(SCRIPT, path);
  return { ...cost, memory: peak - (await run<number>(`${IMPORT}console.log(${PEAK})`, '')) };
}

async function run<T>(script: string, ...args: readonly string[]): Promise<T> {
  const options = ['--input-type=module', '-e', script, '--', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, options, { env: { NODE_OPTIONS: '' } });
  return JSON.parse(stdout) as T;
}
