import { resolve } from 'node:path';
import { publishWheel, type Published } from '@wheelwright/index';
import { openStore } from '@wheelwright/store';
import type { Command } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';
import { fields } from '../render/fields.js';
import { documentOf } from '../render/results.js';
import { formatSize } from '../render/size.js';

/** `publish WHEEL... URL`: wheels into the package index of a bucket or folder. */
export function publish(words: readonly string[], options: Record<string, unknown>): Command {
  return async ({ options: { cwd }, reporter, style, signal }) => {
    const url = words.at(-1);
    const wheels = words.slice(0, -1);
    if (url === undefined || wheels.length === 0 || url.endsWith('.whl')) {
      throw new CliError('usage', 'publish: wheels were not named, or not where they go', {
        hint: 'wheelwright publish dist/*.whl s3://bucket/prefix',
      });
    }
    const store = openStore(url, { base: cwd });
    const results: { readonly path: string; readonly published: Published }[] = [];
    for (const path of wheels) {
      reporter.step(`publishing ${path}`);
      const published = await publishWheel(store, {
        path: resolve(cwd, path),
        uploaded: new Date(),
        verify: options['verify'] !== false,
        signal,
        onProgress: (bytes) => {
          reporter.detail(formatSize(bytes));
        },
      });
      for (const warning of published.warnings) reporter.warn(warning);
      results.push({ path, published });
    }
    return {
      exitCode: EXIT.done,
      document: documentOf(
        'wheelwright/publish@1',
        results.map(({ path, published: { status, project, file, url: address, publicUrl } }) => ({
          path,
          status,
          project,
          filename: file.filename,
          size: file.size,
          sha256: file.hashes.sha256,
          url: address,
          publicUrl: publicUrl ?? null,
        })),
      ),
      text: results
        .map(({ published }) => `${style.green('✔')} ${published.status}\n${describe(published)}`)
        .join('\n'),
    };
  };
}

function describe({ project, file, url, publicUrl }: Published): string {
  return fields([
    ['project', project],
    ['url', url],
    ['public', publicUrl],
    ['size', `${formatSize(file.size)}, sha256 ${file.hashes.sha256.slice(0, 16)}`],
  ]);
}
