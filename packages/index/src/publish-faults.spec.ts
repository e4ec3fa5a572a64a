import { basename } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '@wheelwright/store';
import {
  describeIf,
  dyingAt,
  type Fault,
  first,
  networkFaults,
  s3Requirement,
  type SeenRequest,
} from '@wheelwright/testing';
import { checkIndex } from './check.js';
import { publishWheel } from './publish.js';
import { overBadNetwork, proxy } from './testing/bad-network.js';
import { describeStores } from './testing/stores.js';
import { makeWheel } from './testing/wheels.js';

const uploaded = new Date(0);

/** What a page may lack of a publication that isn't finished; nothing of it may be wrong. */
const pending = ['missing-project', 'stale-html', 'unlisted-file'];

const counted = { calls: ['head', 'get', 'put', 'delete', 'publicUrl'] } as const;

async function rules(store: Store): Promise<readonly string[]> {
  return (await checkIndex(store)).map(({ rule }) => rule);
}

describeStores('a publisher that dies', (makeStore) => {
  it.each([
    ['before', 'a wheel of a known project', true],
    ['after', 'a wheel of a known project', true],
    ['before', 'the first wheel of all', false],
    ['after', 'the first wheel of all', false],
  ] as const)(
    '%s any of its calls, with %s, leaves pages that are true, and is completed by the next',
    async (when, _, hasProject) => {
      const [old, wheel] = [await makeWheel({ version: '1.0' }), await makeWheel({ version: '2.0' })];
      let survived = false;
      let at = 0;
      while (!survived) {
        at += 1;
        const store = await makeStore();
        if (hasProject) await publishWheel(store, { path: old, uploaded });
        const { dying } = dyingAt(store, counted, at, when);
        survived = await publishWheel(dying, { path: wheel, uploaded }).then(
          () => true,
          () => false,
        );
        for (const rule of await rules(store)) expect(pending).toContain(rule);
        await publishWheel(store, { path: wheel, uploaded });
        expect(await rules(store)).toEqual([]);
        expect(at).toBeLessThan(60);
      }
      // The wheel, its METADATA, two pages of the project, and what is read for them.
      expect(at).toBeGreaterThan(8);
    },
    60_000,
  );
});

describeIf([s3Requirement], 'an index on s3:// over a bad network', () => {
  let direct: Store;
  let store: Store;
  beforeEach(() => {
    ({ direct, store } = overBadNetwork(300));
  });

  const faults: (readonly [string, Fault])[] = [
    ...networkFaults,
    ['two writers that met (409)', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
  ];
  const put =
    (end: string) =>
    ({ method, url }: SeenRequest) =>
      method === 'PUT' && decodeURIComponent(url.replace(/\?.*/, '')).endsWith(end);
  const places: [string, (seen: SeenRequest) => boolean][] = [
    ['the wheel', put('.whl')],
    ['METADATA', put('.whl.metadata')],
    ["the project's JSON", put('demo-ops/index.json')],
    ["the project's HTML", put('demo-ops/index.html')],
  ];
  const combinations = faults.flatMap(([name, fault]) =>
    places.map(([place, at]) => [name, place, fault, at] as const),
  );

  it.each(combinations)('publishes through %s at %s', async (_, __, fault, at) => {
    await publishWheel(direct, { path: await makeWheel({ version: '1.0' }), uploaded });
    const path = await makeWheel({ version: '2.0' });
    proxy?.setRule(first(1, at, fault));
    expect(await publishWheel(store, { path, uploaded })).toMatchObject({ status: 'published' });
    expect(proxy!.requests.filter(at).length).toBeGreaterThan(0);
    expect(await rules(direct)).toEqual([]);
  });

  describe.each(places)('where the server never takes %s', (_, at) => {
    it('says nothing that is not so, and is completed later', async () => {
      await publishWheel(direct, { path: await makeWheel({ version: '1.0' }), uploaded });
      const path = await makeWheel({ version: '2.0' });
      proxy?.setRule(first(1000, at, { kind: 'status', status: 500, code: 'InternalError' }));
      await expect(publishWheel(store, { path, uploaded })).rejects.toMatchObject({ code: 'unavailable' });
      for (const rule of await rules(direct)) expect(pending).toContain(rule);
      proxy?.setRule(undefined);
      await publishWheel(store, { path, uploaded });
      expect(await rules(direct)).toEqual([]);
      expect((await direct.head(`demo-ops/${basename(path)}`))?.size).toBeGreaterThan(0);
    });
  });

  it.each(['cut-reply', 'corrupt-reply', 'stall-reply'] as const)(
    'reads its pages through %s',
    async (kind) => {
      await publishWheel(direct, { path: await makeWheel({ version: '1.0' }), uploaded });
      const isPage = ({ method, url }: SeenRequest) => method === 'GET' && url.includes('index.json');
      proxy?.setRule(first(1, isPage, kind === 'corrupt-reply' ? { kind, at: 20 } : { kind, after: 20 }));
      await publishWheel(store, { path: await makeWheel({ version: '2.0' }), uploaded });
      expect(await rules(direct)).toEqual([]);
    },
  );
});
