import { relative, resolve } from 'node:path';
import { unpackWheel } from '@wheelwright/wheel';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { formatSize } from '../render/size.js';

/** `unpack WHEEL`: its files in a folder `name-version`, each compared with its hash in RECORD. */
export function unpack(args: readonly string[], options: Record<string, unknown>): Command {
  const [path = ''] = args;
  const out = typeof options['out'] === 'string' ? options['out'] : '.';
  return async ({ options: { cwd }, reporter, signal, style }) => {
    reporter.step(`unpacking ${path}`);
    const unpacked = await unpackWheel(resolve(cwd, path), resolve(cwd, out), {
      replace: options['force'] === true,
      anySize: options['anySize'] === true,
      signal,
      onProgress: (done, total) => {
        reporter.detail(`${Math.floor((100 * done) / Math.max(total, 1))} %`);
      },
    });
    const { folder, files, size } = unpacked;
    return {
      exitCode: EXIT.done,
      document: { schema: 'wheelwright/unpack@1', path, folder, files, size },
      text: `${style.green('✔')} ${style.bold(relative(cwd, folder))}: ${files} files, ${formatSize(size)}`,
    };
  };
}
