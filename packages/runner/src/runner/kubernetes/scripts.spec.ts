import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, missing, s3Requirement, startS3Server, temporaryFolder } from '@wheelwright/testing';
import { bucketTransfer } from '../../testing/bucket-transfer.js';
import { ParcelService } from '../../transfer/parcel.js';
import { stepFile } from '../slurm/step-file.js';
import { readReceipts } from './pod-state.js';
import { FETCH, LINKS, PARCELS, SCRIPT_EXITS, STEP, STEPS, STORE } from './scripts.js';

const root = await temporaryFolder('kubernetes-scripts');
const server = await startS3Server();
const transfer = server && bucketTransfer(server, await server.makeBucket('parcels'));
const parcels = transfer && new ParcelService(transfer);
const COMMON = ['tar', 'gzip', 'sha256sum', 'cat', 'mkdir', 'rm', 'wc', 'df', 'env', 'sh', 'true'];

let pod: string;
beforeEach(async () => {
  pod = await mkdtemp(join(root, 'pod-'));
  for (const name of ['links', 'parcels', 'steps', 'bin']) await mkdir(join(pod, name));
});

/** Puts programs of this host, and no others, on the PATH of the pod. */
async function provide(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, name));
    for (const each of path) {
      if ((await readFile(each).catch(() => undefined)) === undefined) continue;
      // A version manager's stand-in doesn't work under another name or PATH.
      if (/shims/.test(each)) continue;
      await symlink(each, join(pod, 'bin', name));
      break;
    }
  }
}

/** Runs a script as a pod would, with the pod's folders elsewhere. */
async function run(script: string, ...args: string[]): Promise<{ code: number; said: string; last: string }> {
  const last = join(pod, 'termination-log');
  await writeFile(last, '');
  const text = [
    [LINKS, join(pod, 'links')],
    [PARCELS, join(pod, 'parcels')],
    [STEPS, join(pod, 'steps')],
    ['/dev/termination-log', last],
  ].reduce((result, [from = '', to = '']) => result.replaceAll(from, to), script);
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      ['-c', text, 'sh', ...args],
      { env: { PATH: join(pod, 'bin') } },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : 0;
        void readFile(last, 'utf8').then((words) => {
          resolve({ code, said: stdout + stderr, last: words });
        });
      },
    );
  });
}

const link = (name: string, text: string): Promise<void> => writeFile(join(pod, 'links', name), text);

/** A parcel for the pod, to be unpacked in a folder with a name that nobody would choose. */
async function order(): Promise<{ here: string; there: string }> {
  const [here, there] = [join(pod, 'here'), join(pod, "there '$(x)\\n\n")];
  await mkdir(join(here, 'deep'), { recursive: true });
  await writeFile(join(here, 'deep/file'), 'content');
  const sent = await parcels!.send(here, 60);
  await link('0.folder', there);
  await link('0.url', sent.link);
  await link('0.sha256', sent.sha256);
  await link('1.folder', join(pod, 'made'));
  return { here, there };
}

describeIf([s3Requirement, { program: 'tar' }], 'a pod fetches and stores', () => {
  for (const program of ['curl', 'wget', 'python3']) {
    describeIf(missing({ program }) === undefined ? [] : [{ program }], `with ${program} only:`, () => {
      it('folders there, and results back', async () => {
        await provide([...COMMON, program]);
        const { there } = await order();
        expect(await run(FETCH)).toMatchObject({ code: 0, last: '' });
        expect(await readFile(join(there, 'deep/file'), 'utf8')).toBe('content');
        expect(await readdir(pod)).toContain('made');
        await writeFile(join(there, 'library.so'), 'built');
        const home = join(pod, 'home');
        await mkdir(home);
        const results = { folder: home, wanted: (name: string) => name.endsWith('.so') };
        const address = await parcels!.addressFor(results, 60);
        await link('0.result', there);
        await link('0.target', address.link);
        const stored = await run(STORE);
        expect(stored).toMatchObject({ code: 0 });
        await parcels!.collect(address, readReceipts(stored.last).get(0)!);
        expect(await readdir(home)).toEqual(['library.so']);
        expect(await readdir(join(pod, 'parcels'))).toEqual([]);
        await parcels!.forget([address]);
        expect(await transfer!.receive(address.name, join(pod, 'again'), { limit: 1000 })).toBe(false);
      });
    });
  }

  it('and says which program it lacks', async () => {
    await provide(['cat', 'sh']);
    expect(await run(FETCH)).toMatchObject({ code: SCRIPT_EXITS.noProgram, last: 'curl, wget or python3\n' });
    await provide(['curl', 'tar', 'gzip']);
    expect(await run(STORE)).toMatchObject({ code: SCRIPT_EXITS.noProgram, last: 'sha256sum\n' });
  });

  it('and takes nothing that is not what was sent', async () => {
    await provide([...COMMON, 'curl']);
    const { there } = await order();
    await link('0.sha256', 'f'.repeat(64));
    expect(await run(FETCH)).toMatchObject({ code: SCRIPT_EXITS.notAsSent });
    expect(await readdir(there)).toEqual([]);
    await link('0.url', 'http://127.0.0.1:1/nothing');
    expect(await run(FETCH)).toMatchObject({ code: SCRIPT_EXITS.notTransferred });
  }, 60_000);

  it('and what comes back is compared with what was sent', async () => {
    const address = await parcels!.addressFor({ folder: join(pod, 'home') }, 60);
    await mkdir(join(pod, 'home'));
    await fetch(address.link, { method: 'PUT', body: 'somebody else\u2019s' });
    const collected = parcels!.collect(address, { sha256: 'a'.repeat(64), size: 100 });
    await expect(collected).rejects.toMatchObject({ code: 'integrity' });
    const tooLarge = parcels!.collect(address, { sha256: 'a'.repeat(64), size: 3 });
    await expect(tooLarge).rejects.toMatchObject({ code: 'integrity' });
    expect((await readdir(pod)).filter((name) => name.startsWith('home.'))).toEqual([]);
  });

  it('and a folder that did not change is not sent again', async () => {
    const sent: string[] = [];
    const counted = new ParcelService({
      ...transfer!,
      send: (name, file, options) => {
        sent.push(name);
        return transfer!.send(name, file, options);
      },
    });
    await mkdir(join(pod, 'same/deep'), { recursive: true });
    await writeFile(join(pod, 'same/deep/x'), pod);
    const both = await Promise.all([1, 2].map(() => counted.send(join(pod, 'same'), 60)));
    expect(both[0]!.sha256).toBe(both[1]!.sha256);
    await counted.send(join(pod, 'same'), 60);
    expect(sent).toHaveLength(1);
    await writeFile(join(pod, 'same/deep/x'), 'changed');
    await counted.send(join(pod, 'same'), 60);
    expect(sent).toHaveLength(2);
  });
});

describe('a step in a pod', () => {
  const step = (command: readonly [string, ...string[]], env: Record<string, string> = {}) => ({
    name: 'build',
    command,
    folder: pod,
    env: { PATH: join(pod, 'bin'), ...env },
  });

  it('is given its words as they are, and its variables alone', async () => {
    await provide(COMMON);
    const word = 'a b\'"\n$(touch x)\\n%s';
    await writeFile(
      join(pod, 'steps/0.step'),
      stepFile(step(['sh', '-c', 'printf "%s|%s\\n" "$1" "$WORD"; env', 'sh', word], { WORD: word })),
    );
    const { code, said } = await run(STEP, '0');
    expect(code).toBe(0);
    expect(said).toContain(`${word}|${word}\n`);
    expect(said).not.toMatch(/^(HOME|KUBERNETES)/m);
  });

  it('ends as its program does', async () => {
    await provide(COMMON);
    for (const [script, code] of [
      ['exit 7', 7],
      ['kill -SEGV $$', 139],
    ] as const) {
      await writeFile(join(pod, 'steps/0.step'), stepFile(step(['sh', '-c', script])));
      expect((await run(STEP, '0')).code).toBe(code);
    }
  });

  it('says that its program is not there, or may not be started', async () => {
    await provide(COMMON);
    await writeFile(join(pod, 'bin/plain'), '');
    await chmod(join(pod, 'bin/plain'), 0o644);
    for (const program of ['nothing', 'plain', './nothing']) {
      await writeFile(join(pod, 'steps/0.step'), stepFile(step([program])));
      expect(await run(STEP, '0')).toMatchObject({ code: 127, last: 'missing' });
    }
  });

  it('is over at once where the job has fewer', async () => {
    await provide(COMMON);
    expect(await run(STEP, '4')).toEqual({ code: 0, said: '', last: '' });
  });
});
