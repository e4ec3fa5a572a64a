import { relative, resolve } from 'node:path';
import { retagWheel, type TagChange } from '@wheelwright/wheel/retag';
import type { Command } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';

/** `retag WHEEL`: the wheel under other tags, its contents copied as they are. */
export function retag(args: readonly string[], options: Record<string, unknown>): Command {
  const [path = ''] = args;
  const change = tagChange(options);
  const out = options['out'];
  return async ({ options: { cwd }, reporter, style }) => {
    if (Object.keys(change).length === 0) {
      throw new CliError('usage', 'retag needs a tag to change', {
        hint: 'Give --python-tag, --abi-tag, --platform-tag or --build; +TAG adds one, -TAG takes one away.',
      });
    }
    reporter.step(`retagging ${path}`);
    const wheel = await retagWheel(resolve(cwd, path), change, {
      ...(typeof out === 'string' ? { folder: resolve(cwd, out) } : {}),
      remove: options['remove'] === true,
    });
    return {
      exitCode: EXIT.done,
      document: {
        schema: 'wheelwright/retag@1',
        path,
        wheel: wheel.path,
        filename: wheel.filename,
        unchanged: wheel.unchanged,
      },
      text: wheel.unchanged
        ? `${style.bold(path)} has these tags already`
        : `${style.green('✔')} ${style.bold(relative(cwd, wheel.path))}`,
    };
  };
}

/** The options of `wheel tags`, under the same names. */
export function tagChange(options: Record<string, unknown>): TagChange {
  const given = (key: string): string | undefined => {
    const value = options[key];
    return typeof value === 'string' ? value : undefined;
  };
  const entries = {
    python: given('pythonTag'),
    abi: given('abiTag'),
    platform: given('platformTag'),
    build: given('build'),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
