import { resolve } from 'node:path';
import { parseProvider, repairWheel, type RepairOptions } from '@wheelwright/repair';
import type { Command } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';
import { describeRepair, repairDocument } from '../render/repair-report.js';
import { sourceDateEpoch } from '../build/pack.js';
import { version } from '../version.js';
import { wholeNumber } from './whole-number.js';

/** `repair WHEEL`: the wheel with the libraries that it needs. */
export function repair(args: readonly string[], options: Record<string, unknown>): Command {
  const [path = ''] = args;
  return async ({ options: { cwd }, host, reporter, style, signal }) => {
    const result = await repairWheel(resolve(cwd, path), {
      ...repairOptions(options, cwd, host.env),
      ...sourceDateEpoch(host.env),
      signal,
      onStep: (text) => {
        reporter.step(text);
      },
      onProgress: (done, total) => {
        reporter.detail(`${Math.floor((100 * done) / total)} %`);
      },
    });
    return {
      exitCode: EXIT.done,
      document: { schema: 'wheelwright/repair@1', ...repairDocument(path, result) },
      text: describeRepair(path, result, cwd, style),
    };
  };
}

/** The command line's options, with paths from the folder that it runs in. */
export function repairOptions(
  options: Record<string, unknown>,
  cwd: string,
  env: Readonly<NodeJS.ProcessEnv>,
): RepairOptions {
  const text = (key: string): string | undefined => {
    const value = options[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const list = (key: string): readonly string[] | undefined => {
    const value = options[key];
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const sysroot = text('sysroot');
  const strip = options['strip'];
  const keepNames = options['keepNames'];
  const splitDebug = options['splitDebug'] === true;
  if (splitDebug && (strip === undefined || strip === 'none')) {
    throw new CliError('usage', '--split-debug keeps what --strip takes away, and nothing is stripped', {
      hint: 'add --strip debug',
    });
  }
  const given = {
    plat: text('plat'),
    ldpaths: text('ldpaths')
      ?.split(':')
      .filter((folder) => folder !== '')
      .map((folder) => resolve(cwd, folder)),
    sysroot: sysroot === undefined ? undefined : resolve(cwd, sysroot),
    libraryPath: env['LD_LIBRARY_PATH'],
    exclude: list('exclude'),
    providers: list('provider')?.map(parseProvider),
    graftDrivers: list('graftDriver'),
    roots: list('root')?.map((root) => (root.includes('/') ? resolve(cwd, root) : root)),
    keepNames: keepNames === true ? true : list('keepNames'),
    strip: strip === 'debug' || strip === 'all' ? strip : undefined,
    level: wholeNumber(options, 'level', [0, 9]),
  };
  return {
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<RepairOptions>),
    out: resolve(cwd, text('out') ?? 'wheelhouse'),
    splitDebug,
    dryRun: options['dryRun'] === true,
    tool: { name: 'wheelwright', version },
  };
}
