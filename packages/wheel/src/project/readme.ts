import { WheelError } from '../error.js';
import { type Check, insideProject, isTable, line, shape, text } from './check.js';
import type { Project } from './project.js';

/** Where a project's readme is, and its content type: a file below the project, or the text itself. */
export type ReadmeSource =
  | { readonly file: string; readonly contentType: string }
  | { readonly text: string; readonly contentType: string };

const BY_SUFFIX: readonly (readonly [suffix: string, contentType: string])[] = [
  ['.md', 'text/markdown'],
  ['.rst', 'text/x-rst'],
  ['.txt', 'text/plain'],
];

const CONTENT_TYPE =
  /^text\/(?:plain|x-rst|markdown)(?:\s*;\s*(?:charset=utf-8|variant=(?:gfm|commonmark)))*$/i;

/** Says what `project.readme` means, so that the caller can read its file. `undefined` where there is none. */
export function projectReadme(project: Project): ReadmeSource | undefined {
  const { readme } = project;
  if (readme === undefined) return undefined;
  if (typeof readme === 'string') return { file: readme, contentType: suffixType(readme) ?? 'text/plain' };
  const contentType = readme['content-type'];
  return 'file' in readme ? { file: readme.file, contentType } : { text: readme.text, contentType };
}

/** A readme of PEP 621: a path with a known suffix, or a table that names the content type. */
export const checkReadme: Check = (value, key, report) => {
  if (!isTable(value)) {
    line((path) => {
      insideProject(path);
      if (suffixType(path) === undefined) {
        throw new WheelError(
          'bad-metadata',
          'ends in none of .md, .rst and .txt: write { file = "...", content-type = "..." }',
        );
      }
    })(value, key, report);
    return;
  }
  shape({ file: line(insideProject), text: text(), 'content-type': line(checkContentType) })(
    value,
    key,
    report,
  );
  if ((value['file'] === undefined) === (value['text'] === undefined))
    report(key, 'needs either file or text');
  if (value['content-type'] === undefined) report(`${key}.content-type`, 'is missing');
};

/** Refuses a content type that core metadata doesn't know, with `bad-metadata`. */
export function checkContentType(contentType: string): void {
  if (CONTENT_TYPE.test(contentType)) return;
  throw new WheelError(
    'bad-metadata',
    `${JSON.stringify(contentType)} is not a content type of core metadata`,
    {
      hint: 'Use text/markdown, text/x-rst or text/plain, with charset=UTF-8 and variant=GFM at most.',
    },
  );
}

function suffixType(path: string): string | undefined {
  return BY_SUFFIX.find(([suffix]) => path.toLowerCase().endsWith(suffix))?.[1];
}
