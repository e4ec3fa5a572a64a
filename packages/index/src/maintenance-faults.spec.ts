import { randomUUID } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '@wheelwright/store';
import {
  describeIf,
  dyingAt,
  type Fault,
  networkFaults,
  s3Requirement,
  type SeenRequest,
  temporaryFolder,
} from '@wheelwright/testing';
import { checkIndex } from './check.js';
import { keys } from './name.js';
import { parseProjectPage, parseRootPage } from './page.js';
import { publishWheel } from './publish.js';
import { rebuildIndex } from './rebuild.js';
import { readObject } from './store-page.js';
import { overBadNetwork, proxy } from './testing/bad-network.js';
import { makeWheel } from './testing/wheels.js';
import { yankFiles } from './yank.js';

const scratch = await temporaryFolder('maintenance');
const uploaded = new Date(0);
const project = 'demo-ops';
const counted = { calls: ['head', 'get', 'put', 'delete'], streams: ['list'] } as const;
const wheels = [await makeWheel({ version: '1.0' }), await makeWheel({ version: '2.0' })];

async function publishAll(store: Store): Promise<void> {
  for (const path of wheels) await publishWheel(store, { path, uploaded });
}

async function rules(store: Store): Promise<readonly string[]> {
  return (await checkIndex(store)).map(({ rule }) => rule);
}

/** Which versions the project's page calls yanked, and which there are. */
async function pageOf(store: Store): Promise<{ readonly files: number; readonly yanked: readonly string[] }> {
  const { json } = keys.project(project);
  const read = await readObject(store, json);
  const files = read === undefined ? [] : parseProjectPage(read.bytes, json).files;
  return {
    files: files.length,
    yanked: files
      .filter(({ yanked }) => yanked !== false)
      .map(({ filename }) => filename.split('-')[1] ?? ''),
  };
}

async function projectsOf(store: Store): Promise<readonly string[]> {
  const read = await readObject(store, keys.root.json);
  return read === undefined ? [] : parseRootPage(read.bytes, keys.root.json).projects.map(({ name }) => name);
}

const yank = async (store: Store): Promise<unknown> =>
  yankFiles(store, { project, what: '1.0', yanked: 'crashes' });

/** What is done to an index, what it's like before, and what has to be so at every moment. */
const acts: readonly {
  readonly name: string;
  readonly prepare: (store: Store) => Promise<unknown>;
  readonly act: (store: Store) => Promise<unknown>;
  /** What may be wrong of an act that isn't finished. */
  readonly pending: readonly string[];
  readonly yanked: readonly (readonly string[])[];
}[] = [
  {
    name: 'index yank',
    prepare: () => Promise.resolve(),
    act: yank,
    pending: ['stale-html'],
    yanked: [[], ['1.0']],
  },
  {
    name: 'index rebuild, of a sound index',
    prepare: yank,
    act: (store) => rebuildIndex(store),
    pending: [],
    yanked: [['1.0']],
  },
  {
    name: 'index rebuild, without the root page and HTML, a METADATA gone',
    prepare: async (store) => {
      await yank(store);
      for await (const { key } of store.list(''))
        if (key === keys.root.json || key.endsWith('.html') || key.endsWith('1.0-py3-none-any.whl.metadata'))
          await store.delete(key);
    },
    act: (store) => rebuildIndex(store),
    pending: ['missing-project', 'missing-metadata', 'missing-html', 'stale-html'],
    yanked: [['1.0']],
  },
];

describe('who looks after an index and dies', () => {
  it.each(
    acts.flatMap((one) => [
      { ...one, when: 'before' as const },
      { ...one, when: 'after' as const },
    ]),
  )(
    '$when any call of $name leaves pages that are true, and the next completes it',
    async ({ prepare, act, pending, yanked, when }) => {
      const prepared = join(scratch, randomUUID());
      await publishAll(openStore(prepared));
      await prepare(openStore(prepared));
      let survived = false;
      let at = 0;
      while (!survived) {
        at += 1;
        const folder = join(scratch, randomUUID());
        await cp(prepared, folder, { recursive: true });
        const store = openStore(folder);
        const { dying, calls } = dyingAt(store, counted, at, when);
        const ended = await act(dying).then(
          () => true,
          () => false,
        );
        survived = ended && calls() < at;
        for (const rule of await rules(store)) expect(pending).toContain(rule);
        const page = await pageOf(store);
        expect(page.files).toBe(2);
        expect(yanked).toContainEqual(page.yanked);
        await act(store);
        expect(await rules(store)).toEqual([]);
        expect(await pageOf(store)).toEqual({ files: 2, yanked: ['1.0'] });
        expect(await projectsOf(store)).toEqual([project]);
        expect(at).toBeLessThan(60);
      }
      expect(at).toBeGreaterThan(3);
    },
    60_000,
  );
});

describeIf([s3Requirement], 'an index on s3:// that is looked after over a bad network', () => {
  let direct: Store;
  let store: Store;
  beforeEach(() => {
    ({ direct, store } = overBadNetwork(200));
  });

  /** The first write of each key fails so; says of which keys. */
  function failEachWrite(fault: Fault): Set<string> {
    const failed = new Set<string>();
    proxy?.setRule(({ method, url }: SeenRequest) => {
      const key = decodeURIComponent(url.replace(/\?.*/, '')).split('/').slice(3).join('/');
      if (method !== 'PUT' || failed.has(key)) return undefined;
      failed.add(key);
      return fault;
    });
    return failed;
  }

  it.each(networkFaults)('is begun, yanked from and rebuilt through %s at every write', async (_, fault) => {
    const first = failEachWrite(fault);
    await publishWheel(store, { path: wheels[0]!, uploaded });
    expect([...first].sort()).toEqual(
      expect.arrayContaining(['index.html', 'index.json', `${project}/index.html`, `${project}/index.json`]),
    );
    expect(await rules(direct)).toEqual([]);
    expect(await projectsOf(direct)).toEqual([project]);

    proxy?.setRule(undefined);
    await publishWheel(store, { path: wheels[1]!, uploaded });
    const yanking = failEachWrite(fault);
    await yank(store);
    expect([...yanking].sort()).toEqual([`${project}/index.html`, `${project}/index.json`]);
    expect(await rules(direct)).toEqual([]);

    for await (const { key } of direct.list('')) if (!key.endsWith('.whl')) await direct.delete(key);
    const rebuilding = failEachWrite(fault);
    await rebuildIndex(store);
    expect(rebuilding.size).toBe(6);
    expect(await rules(direct)).toEqual([]);
    expect(await projectsOf(direct)).toEqual([project]);
  });

  it.each(['index.json', 'index.html', `${project}/index.json`, `${project}/index.html`])(
    'tells nothing untrue where the server never takes %s',
    async (page) => {
      await publishAll(direct);
      for await (const { key } of direct.list('')) if (key === page) await direct.delete(key);
      proxy?.setRule(({ method, url }) =>
        method === 'PUT' && decodeURIComponent(url.replace(/\?.*/, '')).split('/').slice(3).join('/') === page
          ? { kind: 'status', status: 500, code: 'InternalError' }
          : undefined,
      );
      await expect(rebuildIndex(store)).rejects.toMatchObject({ code: 'unavailable' });
      const pending = ['missing-project', 'missing-html', 'stale-html', 'unlisted-file', 'missing-page'];
      for (const rule of await rules(direct)) expect(pending).toContain(rule);
      proxy?.setRule(undefined);
      await rebuildIndex(store);
      expect(await rules(direct)).toEqual([]);
    },
  );
});
