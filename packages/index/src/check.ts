import type { Store } from '@wheelwright/store';
import { listContents, type ProjectObjects } from './contents.js';
import { IndexError } from './error.js';
import { formatHtml } from './html.js';
import { keys } from './name.js';
import { fileUrl, parseProjectPage, parseRootPage, type IndexFile } from './page.js';
import { digestOfObject, versionOf } from './publish.js';
import { objectSource } from './object-source.js';
import { readObject } from './store-page.js';
import { readWheelFacts } from './wheel-facts.js';

/** What is wrong in an index. @public */
export interface IndexProblem {
  readonly rule:
    | 'missing-file'
    | 'wrong-size'
    | 'wrong-hash'
    | 'wrong-link'
    | 'wrong-requires-python'
    | 'missing-metadata'
    | 'wrong-metadata'
    | 'unreadable-wheel'
    | 'malformed-page'
    | 'stale-html'
    | 'wrong-versions'
    | 'unlisted-file'
    | 'orphan-metadata'
    | 'missing-project'
    | 'unknown-project'
    | 'foreign-object';
  readonly key: string;
  readonly message: string;
}

/**
 * Compares all pages of an index with the wheels: every hash is taken of the bytes, every METADATA of the wheel.
 * @returns all problems
 * @throws StoreError
 * @public
 */
export async function checkIndex(
  store: Store,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly IndexProblem[]> {
  const { projects, foreign } = await listContents(store, signal);
  const problems: IndexProblem[] = foreign.map((key) => ({
    rule: 'foreign-object',
    key,
    message: 'is nothing that an index has',
  }));
  const names: string[] = [];
  for (const [project, objects] of projects) {
    const check = new ProjectCheck(store, project, objects, signal);
    problems.push(...(await check.run()));
    if (objects.wheels.size > 0) names.push(project);
  }
  return [...problems, ...(await checkRoot(store, names, signal))];
}

class ProjectCheck {
  readonly #problems: IndexProblem[] = [];

  constructor(
    private readonly store: Store,
    private readonly project: string,
    private readonly objects: ProjectObjects,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async run(): Promise<readonly IndexProblem[]> {
    const files = await this.#page();
    for (const file of files) await this.#file(file);
    const listed = new Set(files.map(({ filename }) => filename));
    for (const [name, { key }] of this.objects.wheels) {
      if (!listed.has(name)) this.#report('unlisted-file', key, 'is a wheel that the page does not name');
    }
    for (const [name, { key }] of this.objects.metadata) {
      if (!this.objects.wheels.has(name)) this.#report('orphan-metadata', key, 'belongs to no wheel');
    }
    return this.#problems;
  }

  async #page(): Promise<readonly IndexFile[]> {
    const { json, html } = keys.project(this.project);
    const read = await readObject(this.store, json, { signal: this.signal });
    if (read === undefined) return [];
    try {
      const page = parseProjectPage(read.bytes, json);
      const shown = await readObject(this.store, html, { signal: this.signal });
      if (shown === undefined || Buffer.compare(shown.bytes, formatHtml(page)) !== 0) {
        this.#report('stale-html', html, `does not say what ${json} says`);
      }
      const versions = new Set(page.files.map(versionOf));
      if (
        versions.size !== page.versions.length ||
        !page.versions.every((version) => versions.has(version))
      ) {
        this.#report('wrong-versions', json, 'lists other versions than its files have');
      }
      return page.files;
    } catch (error) {
      if (!(error instanceof IndexError)) throw error;
      this.#report('malformed-page', json, error.message);
      return [];
    }
  }

  async #file(file: IndexFile): Promise<void> {
    const { filename, hashes, size, url } = file;
    const key = keys.file(this.project, filename);
    if (url !== fileUrl(filename)) this.#report('wrong-link', key, `is linked as ${url}`);
    const object = this.objects.wheels.get(filename);
    if (object === undefined) {
      this.#report('missing-file', key, 'is named by the page and not there');
      return;
    }
    if (object.size !== size)
      this.#report('wrong-size', key, `has ${object.size} bytes; the page says ${size}`);
    const digest = await digestOfObject(this.store, key, this.signal, true);
    if (digest !== hashes.sha256) {
      this.#report('wrong-hash', key, `has the sha256 ${digest ?? ''}; the page says ${hashes.sha256}`);
      return;
    }
    await this.#metadata(file, key);
  }

  async #metadata(file: IndexFile, key: string): Promise<void> {
    const source = await objectSource(this.store, key, this.signal);
    if (source === undefined) return;
    try {
      const facts = await readWheelFacts(source, file.filename);
      const beside = keys.metadata(this.project, file.filename);
      const digest = await digestOfObject(this.store, beside, this.signal, true);
      if (digest === undefined) this.#report('missing-metadata', beside, 'is not there');
      else if (digest !== facts.metadataSha256 || digest !== file['core-metadata'].sha256) {
        this.#report('wrong-metadata', beside, 'is not the METADATA of the wheel');
      }
      if (facts.requiresPython !== file['requires-python']) {
        this.#report(
          'wrong-requires-python',
          key,
          `needs Python ${facts.requiresPython ?? 'of any version'}`,
        );
      }
    } catch (error) {
      if (!(error instanceof IndexError)) throw error;
      this.#report('unreadable-wheel', key, error.message);
    }
  }

  #report(rule: IndexProblem['rule'], key: string, message: string): void {
    this.#problems.push({ rule, key, message });
  }
}

async function checkRoot(
  store: Store,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly IndexProblem[]> {
  const { json, html } = keys.root;
  const read = await readObject(store, json, { signal });
  if (read === undefined) {
    return names.map((name) => ({ rule: 'missing-project', key: json, message: `does not name ${name}` }));
  }
  try {
    const page = parseRootPage(read.bytes, json);
    const listed = page.projects.map(({ name }) => name);
    const missing = names.filter((name) => !listed.includes(name));
    const unknown = listed.filter((name) => !names.includes(name));
    const shown = await readObject(store, html, { signal });
    const isStale = shown === undefined || Buffer.compare(shown.bytes, formatHtml(page)) !== 0;
    return [
      ...missing.map((name) => ({
        rule: 'missing-project' as const,
        key: json,
        message: `does not name ${name}`,
      })),
      ...unknown.map((name) => ({
        rule: 'unknown-project' as const,
        key: json,
        message: `names ${name}, which has no wheel`,
      })),
      ...(isStale
        ? [{ rule: 'stale-html' as const, key: html, message: `does not say what ${json} says` }]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    return [{ rule: 'malformed-page', key: json, message: error.message }];
  }
}
