import { createCipheriv } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  brokenWheels,
  buildElf,
  madeWheel,
  oracle,
  repositoryRoot,
  temporaryFolder,
} from '@wheelwright/testing';
import { type Outcome, wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('archive');
const WHEEL = 'ops-1.0-py3-none-any.whl';
let folder: string;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  await mkdir(folder);
  await writeFile(join(folder, WHEEL), madeWheel().bytes);
});

const run = (...args: string[]): Promise<Outcome> => wheelwright(folder, args);
async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await run(...args, '--json')).stdout) as Record<string, unknown>;
}

describe('verify', () => {
  it('prints the document of a sound wheel, and of several', async () => {
    const one = { path: WHEEL, ok: true, problems: [], advice: [] };
    expect(await json('verify', WHEEL)).toEqual({ schema: 'wheelwright/verify@1', ...one });
    expect(await json('verify', WHEEL, WHEEL)).toEqual({
      schema: 'wheelwright/verify@1',
      results: [one, one],
    });
    expect(await run('verify', WHEEL)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('sound (5 files'),
    });
  });

  it('exits with 1 and names rule, member and reason', async () => {
    const { bytes } = brokenWheels().find(({ rules }) => rules.join() === 'record-hash-mismatch')!;
    await writeFile(join(folder, WHEEL), bytes);
    const { exitCode, stdout } = await run('verify', WHEEL);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('[record-hash-mismatch]')]);
    expect(await json('verify', WHEEL)).toMatchObject({
      ok: false,
      problems: [
        { rule: 'record-hash-mismatch', member: 'ops/__init__.py', message: expect.any(String) as unknown },
      ],
    });
  });

  it('counts advice only when asked to', async () => {
    await writeFile(join(folder, WHEEL), madeWheel({ end: { comment: 'hello' } }).bytes);
    expect((await run('verify', WHEEL)).exitCode).toBe(0);
    expect((await run('verify', '--strict', WHEEL)).exitCode).toBe(1);
    expect(await json('verify', WHEEL)).toMatchObject({
      ok: true,
      problems: [],
      advice: [{ rule: 'archive-comment' }],
    });
  });

  it('tells what is no wheel at all from what is not there', async () => {
    await writeFile(join(folder, 'text.whl'), 'no wheel');
    expect((await run('verify', 'text.whl')).exitCode).toBe(1);
    expect((await run('verify', 'missing.whl')).exitCode).toBe(4);
    expect((await run('verify', '.')).exitCode).toBe(2);
    expect((await run('verify', '--jobs', '0', WHEEL)).exitCode).toBe(2);
  });

  it('finds on several threads, as it is built, what it finds on one', async () => {
    const random = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
    const files = Array.from({ length: 12 }, (_, index) => ({
      name: `ops/${index}.bin`,
      content: random.update(Buffer.alloc(6 << 20)),
    }));
    const { bytes } = madeWheel({ files });
    // A byte in the middle of one member: its CRC and its hash are wrong.
    bytes[30 << 20]! ^= 1;
    await writeFile(join(folder, WHEEL), bytes);
    const program = join(repositoryRoot, 'packages/cli/bin/wheelwright.js');
    const verdicts = await Promise.all(
      ['1', '3'].map((jobs) =>
        oracle(process.execPath, [program, 'verify', '--json', '--jobs', jobs, join(folder, WHEEL)]),
      ),
    );
    const [one, three] = verdicts.map(({ exitCode, stdout }) => [exitCode, JSON.parse(stdout) as unknown]);
    expect(one).toEqual([
      1,
      expect.objectContaining({ problems: [expect.objectContaining({ rule: 'crc-mismatch' })] }),
    ]);
    expect(three).toEqual(one);
  });
});

describe('unpack and pack', () => {
  it('take a wheel apart and put it together', async () => {
    expect(await json('unpack', WHEEL, '--out', 'tree')).toEqual({
      schema: 'wheelwright/unpack@1',
      path: WHEEL,
      folder: join(folder, 'tree/ops-1.0'),
      files: 5,
      size: expect.any(Number) as unknown,
    });
    expect((await run('unpack', WHEEL, '--out', 'tree')).exitCode).toBe(5);
    expect((await run('unpack', WHEEL, '--out', 'tree', '--force')).exitCode).toBe(0);
    const packed = await json('pack', 'tree/ops-1.0', '--out', 'dist', '--build', '2', '--level', '9');
    const filename = 'ops-1.0-2-py3-none-any.whl';
    expect(packed).toEqual({
      schema: 'wheelwright/pack@1',
      path: 'tree/ops-1.0',
      wheel: join(folder, 'dist', filename),
      filename,
      size: (await stat(join(folder, 'dist', filename))).size,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      members: 5,
      links: [],
    });
    expect((await run('verify', `dist/${filename}`)).exitCode).toBe(0);
  });

  it('give the same bytes in any time zone and locale', async () => {
    await run('unpack', WHEEL);
    const program = join(repositoryRoot, 'packages/cli/bin/wheelwright.js');
    const bytes = await Promise.all(
      [
        { TZ: 'UTC', LC_ALL: 'C' },
        { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      ].map(async (locale) => {
        const args = [program, 'pack', join(folder, 'ops-1.0'), '--out', join(folder, locale.LC_ALL)];
        const env = { ...locale, SOURCE_DATE_EPOCH: '1700000000' };
        expect(await oracle(process.execPath, args, { env })).toMatchObject({ exitCode: 0 });
        return readFile(join(folder, locale.LC_ALL, WHEEL));
      }),
    );
    expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
  });

  it('find the platform by the binaries, and a library’s name by its SONAME', async () => {
    await run('unpack', WHEEL);
    const library = buildElf({
      machine: 'x86_64',
      soname: 'libops.so.1',
      needed: ['libc.so.6'],
      imports: [{ name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' }],
      exports: ['ops'],
    });
    await writeFile(join(folder, 'ops-1.0/ops/libops.so.1.0'), library);
    await symlink('libops.so.1.0', join(folder, 'ops-1.0/ops/libops.so.1'));
    const packed = await json('pack', 'ops-1.0', '--platform-tag', 'auto');
    expect(packed['filename']).toBe('ops-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl');
    expect(packed['links']).toEqual([
      { name: 'ops/libops.so.1', target: 'ops/libops.so.1.0', stored: 'once', storedAs: 'ops/libops.so.1' },
    ]);
    const { stdout } = await run('pack', 'ops-1.0', '--platform-tag', 'auto');
    expect(stdout).toContain('stored once, as ops/libops.so.1');
  });

  it('refuse a folder that is no wheel, and a level that is none', async () => {
    await mkdir(join(folder, 'empty'));
    expect(await run('pack', 'empty')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('dist-info'),
    });
    expect((await run('pack', 'nowhere')).exitCode).toBe(4);
    expect((await run('pack', 'empty', '--level', '10')).exitCode).toBe(2);
  });
});

describe('retag', () => {
  it('writes the wheel under its new name', async () => {
    const filename = 'ops-1.0-py3-none-win_amd64.whl';
    expect(await json('retag', WHEEL, '--platform-tag', 'win_amd64', '--remove')).toEqual({
      schema: 'wheelwright/retag@1',
      path: WHEEL,
      wheel: join(folder, filename),
      filename,
      unchanged: false,
    });
    expect(await readdir(folder)).toEqual([filename]);
    expect((await run('verify', filename)).exitCode).toBe(0);
    const { stdout } = await run('retag', filename, '--platform-tag', '+win_amd64');
    expect(stdout).toContain('has these tags already');
  });

  it('says what it needs', async () => {
    expect(await run('retag', WHEEL)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--platform-tag'),
    });
    expect((await run('retag', 'missing-1-py3-none-any.whl', '--build', '1')).exitCode).toBe(4);
    expect((await run('retag', WHEEL, '--platform-tag', 'not a tag')).exitCode).toBe(2);
  });
});
