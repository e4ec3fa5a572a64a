import { relative, resolve } from 'node:path';
import {
  listFolder,
  packFolder,
  platformOfFiles,
  type PackedWheel,
  type TagChange,
} from '@wheelwright/wheel';
import type { Command, CommandContext } from '../command.js';
import { EXIT } from '../exit-code.js';
import { fields } from '../render/fields.js';
import { describeLink } from '../render/folder-link.js';
import { formatSize } from '../render/size.js';
import type { Style } from '../terminal/style.js';
import { tagChange } from './retag.js';
import { wholeNumber } from './whole-number.js';

/** `pack DIR`: an unpacked wheel becomes a wheel again, its RECORD made anew. */
export function pack(args: readonly string[], options: Record<string, unknown>): Command {
  const [path = '.'] = args;
  return async (context) => {
    const level = wholeNumber(options, 'level', [0, 9]);
    const concurrency = wholeNumber(options, 'jobs', [1, 1024]);
    const { host, options: global, reporter, signal, style } = context;
    const source = resolve(global.cwd, path);
    const out = resolve(global.cwd, typeof options['out'] === 'string' ? options['out'] : '.');
    const { libraryName } = await import('../build/library-name.js');
    const change = await withPlatform(tagChange(options), source, context);
    reporter.step(`packing ${path}`);
    const epoch = host.env['SOURCE_DATE_EPOCH'];
    const wheel = await packFolder(source, out, {
      change,
      libraryName,
      signal,
      ...(level === undefined ? {} : { level }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(epoch === undefined || epoch === '' ? {} : { sourceDateEpoch: Number(epoch) }),
      onProgress: (done, total) => {
        reporter.detail(`${Math.floor((100 * done) / Math.max(total, 1))} %`);
      },
    });
    const { path: wheelPath, filename, size, sha256, members, links } = wheel;
    return {
      exitCode: EXIT.done,
      document: {
        schema: 'wheelwright/pack@1',
        path,
        wheel: wheelPath,
        filename,
        size,
        sha256,
        members,
        links,
      },
      text: describe(wheel, global.cwd, style),
    };
  };
}

/** `--platform-tag auto`: what the binaries in the folder can claim. */
async function withPlatform(
  change: TagChange,
  source: string,
  { reporter, signal }: CommandContext,
): Promise<TagChange> {
  if (change.platform !== 'auto') return change;
  const { judgeElfFiles } = await import('../build/folder-platform.js');
  reporter.step('judging the binaries');
  const { files } = await listFolder(source);
  const platform = await platformOfFiles(files, (paths) => judgeElfFiles(paths, signal));
  for (const { name, reason } of platform.unjudged) reporter.warn(`${name} was not judged: ${reason}`);
  return { ...change, platform: platform.tag };
}

function describe({ path, size, sha256, members, links }: PackedWheel, cwd: string, style: Style): string {
  return [
    `${style.green('✔')} ${style.bold(relative(cwd, path))}`,
    fields([
      ['members', String(members)],
      ['size', `${formatSize(size)}, sha256 ${sha256}`],
      ['links', links.map(describeLink).join('\n')],
    ]),
  ].join('\n');
}
