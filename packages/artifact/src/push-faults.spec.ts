import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '@wheelwright/store';
import { dyingAt, temporaryFolder } from '@wheelwright/testing';
import type { ArtifactId } from './identity.js';
import { pushArtifact, type PushRequest } from './push.js';
import { readArtifact } from './show.js';
import { describeStores } from './testing/stores.js';

const scratch = await temporaryFolder('push-faults');
const id: ArtifactId = {
  commit: 'd'.repeat(40),
  os: 'debian12',
  variant: 'cpu',
  linking: 'dynamic',
  branch: null,
  python: null,
};

/** Files with their contents; licences' names begin with a capital. */
async function request(
  contents: Record<string, string>,
  more: Partial<PushRequest> = {},
): Promise<PushRequest> {
  const build = await mkdtemp(join(scratch, 'build-'));
  const files = [];
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(build, name), content);
    if (name === 'libops.so') continue;
    files.push({
      path: join(build, name),
      name,
      role: /^[A-Z]/.test(name) ? 'license' : 'dependency',
    } as const);
  }
  const library = { path: join(build, 'libops.so'), name: 'libops.so' };
  return { id, library, files, tool: 'test', created: new Date(0), ...more };
}

const counted = { calls: ['head', 'get', 'put', 'delete'], streams: ['list'] } as const;

const first = { 'libops.so': 'one', LICENSE: 'licence one', 'a.so': 'a one', 'b.so': 'same' };
const second = { 'libops.so': 'two', NOTICE: 'notice two', 'a.so': 'a two', 'b.so': 'same' };

describeStores('pushArtifact', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore();
  });

  /** The library's content in the store, where the artifact exists; a damaged one fails the test. */
  async function visible(): Promise<string | undefined> {
    const reading = await readArtifact(store, id);
    expect(reading.state).not.toBe('damaged');
    if (reading.state !== 'whole') return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.get(`${reading.artifact.prefix}libops.so`)).body)
      chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  describe.each(['before', 'after'] as const)('a push that dies %s its n-th call', (when) => {
    it('leaves no artifact or a whole one, and completes when it is done again', async () => {
      const push = await request(first);
      const statuses = new Set<string>();
      let survived = false;
      for (let at = 1; !survived; at += 1) {
        store = await makeStore();
        const faulty = dyingAt(store, counted, at, when);
        survived = await pushArtifact(faulty.dying, push).then(
          () => faulty.calls() < at,
          () => false,
        );
        expect([undefined, 'one']).toContain(await visible());
        const { status } = await pushArtifact(store, push);
        statuses.add(status);
        expect(await visible()).toBe('one');
        expect(at).toBeLessThan(100);
      }
      expect(statuses).toEqual(new Set(['created', 'resumed', 'unchanged']));
    });

    it('never shows a mix when it replaces', async () => {
      const old = await request(first);
      const push = await request(second, { replace: true });
      const seen = new Set<string | undefined>();
      let survived = false;
      for (let at = 1; !survived; at += 1) {
        store = await makeStore();
        await pushArtifact(store, old);
        const faulty = dyingAt(store, counted, at, when);
        survived = await pushArtifact(faulty.dying, push).then(
          () => faulty.calls() < at,
          () => false,
        );
        seen.add(await visible());
        await pushArtifact(store, push);
        expect(await visible()).toBe('two');
        expect(at).toBeLessThan(100);
      }
      expect(seen).toEqual(new Set(['one', undefined, 'two']));
    });
  });

  describe('pushes at once', () => {
    it('of the same bytes all succeed', async () => {
      const push = await request(first);
      const results = await Promise.all(Array.from({ length: 16 }, () => pushArtifact(store, push)));
      expect(results.filter(({ status }) => status === 'created').length).toBeLessThanOrEqual(1);
      expect(new Set(results.map(({ artifact }) => JSON.stringify(artifact))).size).toBe(1);
      expect(await visible()).toBe('one');
    });

    it('of other libraries: one wins whole, the others hear of a conflict', async () => {
      const pushes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          request({ 'libops.so': `library ${at}`, LICENSE: `licence ${at}` }),
        ),
      );
      await expectOneWinner(pushes);
    });

    it('of one library with other files: one wins whole', async () => {
      const pushes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          request({
            'libops.so': 'the same',
            'a.so': at % 2 === 0 ? 'even' : 'odd',
            'm.so': `m ${at % 3}`,
            [`Z${at}`]: 'own',
          }),
        ),
      );
      await expectOneWinner(pushes);
    });

    async function expectOneWinner(pushes: readonly PushRequest[]): Promise<void> {
      const results = await Promise.allSettled(pushes.map((push) => pushArtifact(store, push)));
      const winners = results.filter(({ status }) => status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
      }
      expect(await readArtifact(store, id)).toMatchObject({
        state: 'whole',
        artifact: winners[0]?.status === 'fulfilled' ? winners[0].value.artifact : undefined,
      });
    }

    it('that replace one another leave one of them whole', async () => {
      const pushes = await Promise.all(
        Array.from({ length: 4 }, (_, at) =>
          request({ 'libops.so': `library ${at}`, LICENSE: `licence ${at}` }, { replace: true }),
        ),
      );
      const results = await Promise.allSettled(pushes.map((push) => pushArtifact(store, push)));
      expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await visible()).toMatch(/^library \d$/);
    });
  });
});
