import { apiVersion, fileUrl, type IndexFile, type ProjectPage, type RootPage } from './page.js';

/** The page of PEP 503 that says the same as a page of PEP 691. */
export function formatHtml(page: ProjectPage | RootPage): Uint8Array {
  const [title, links] =
    'files' in page
      ? [`Links for ${page.name}`, page.files.map(fileLink)]
      : ['Simple index', page.projects.map(({ name }) => `<a href="${name}/">${name}</a>`)];
  const lines = links.map((link) => `    ${link}<br>\n`);
  return Buffer.from(`<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <meta name="pypi:repository-version" content="${apiVersion}">
    <title>${escapeHtml(title)}</title>
  </head>
  <body>
    <h1>${escapeHtml(title)}</h1>
${lines.join('')}  </body>
</html>
`);
}

/** PEP 503 with data-requires-python, PEP 592 (yanked), PEP 658 and 714 (metadata). */
function fileLink(file: IndexFile): string {
  const { filename, hashes, yanked } = file;
  const metadata = `sha256=${file['core-metadata'].sha256}`;
  const attributes: [string, string | undefined][] = [
    ['href', `${fileUrl(filename)}#sha256=${hashes.sha256}`],
    ['data-requires-python', file['requires-python']],
    ['data-core-metadata', metadata],
    ['data-dist-info-metadata', metadata],
    ['data-yanked', yanked === false ? undefined : yanked === true ? '' : yanked],
  ];
  const written = attributes.flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${escapeHtml(value)}"`],
  );
  return `<a${written.join('')}>${escapeHtml(filename)}</a>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
