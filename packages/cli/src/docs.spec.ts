import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@wheelwright/testing';

const folders = ['', 'docs', 'docs/decisions', 'docs/guides', 'docker'];
const packages = await readdir(join(repositoryRoot, 'packages'));
const examples = await readdir(join(repositoryRoot, 'examples'));

/** The pages of the repository. */
async function pages(): Promise<string[]> {
  const places = [
    ...folders,
    ...packages.map((name) => `packages/${name}`),
    ...examples.map((name) => `examples/${name}`),
  ];
  const found = await Promise.all(
    places.map(async (place) => {
      const names = await readdir(join(repositoryRoot, place));
      return names.filter((name) => name.endsWith('.md')).map((name) => join(repositoryRoot, place, name));
    }),
  );
  return found.flat();
}

describe('the pages of the repository', () => {
  it('link to nothing that is not there', async () => {
    const all = await pages();
    expect(all.length).toBeGreaterThan(30);
    const broken: string[] = [];
    for (const page of all) {
      const text = (await readFile(page, 'utf8')).replace(/^```[\s\S]*?^```$/gm, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const isThere = await access(join(dirname(page), target)).then(
          () => true,
          () => false,
        );
        if (!isThere) broken.push(`${relative(repositoryRoot, page)}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
