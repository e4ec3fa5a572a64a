import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { brokenWheels, madeWheel, oracle, python, temporaryFolder } from '@wheelwright/testing';
import fc from 'fast-check';
import { bufferSource } from './byte-source.js';
import { WheelError } from './error.js';
import { retagWheel, type TagChange } from './retag.js';
import { refusals } from './testing/acceptance.js';
import { writeSample } from './testing/sample-wheel.js';
import { verifyWheel } from './verify/verify.js';

const root = await temporaryFolder('retag');
let folder: string;
let sample: string;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  await mkdir(folder);
  sample = await writeSample(folder);
});

/** What an archive holds, as Python reads it: names, compressed bytes, modes, the WHEEL fields. */
const SHAPE = `import email, zipfile
z = zipfile.ZipFile(argv[0])
wheel = next(n for n in z.namelist() if n.endswith('.dist-info/WHEEL'))
kept = [[i.filename, i.compress_size, i.CRC, oct(i.external_attr >> 16), i.date_time] for i in z.infolist()
  if not i.filename.endswith(('.dist-info/WHEEL', '.dist-info/RECORD'))]
print(json.dumps({'kept': kept, 'wheel': email.message_from_bytes(z.read(wheel)).items(), 'test': z.testzip()}))`;

const OPTIONS: readonly (readonly [keyof TagChange, string])[] = [
  ['python', '--python-tag'],
  ['abi', '--abi-tag'],
  ['platform', '--platform-tag'],
  ['build', '--build'],
];

describe('retagWheel', () => {
  it.each<TagChange>([
    { platform: 'manylinux2014_x86_64' },
    { platform: '+manylinux_2_17_x86_64.linux_x86_64' },
    { python: 'py2.py3', abi: 'none' },
    { python: '+py2', build: '7' },
    { python: 'cp311', abi: 'cp311', platform: 'win_amd64' },
    { build: '2local' },
  ])('does with %j what `wheel tags` does', async (change) => {
    const theirs = join(folder, 'theirs');
    await mkdir(theirs);
    const copy = join(theirs, basename(sample));
    await copyFile(sample, copy);
    const args = OPTIONS.flatMap(([key, option]) =>
      change[key] === undefined ? [] : [`${option}=${change[key]}`],
    );
    const { exitCode, stdout, stderr } = await oracle('wheel', ['tags', ...args, copy]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const ours = await retagWheel(sample, change);
    expect(ours.filename).toBe(stdout.trim());
    const [expected, found] = await Promise.all([
      python<Shape>(SHAPE, join(theirs, stdout.trim())),
      python<Shape>(SHAPE, ours.path),
    ]);
    expect(found.wheel).toEqual(expected.wheel);
    // What is kept is kept to the byte; they compress it anew.
    expect(found).toMatchObject({ kept: (await python<Shape>(SHAPE, sample)).kept, test: null });
    expect(
      await verifyWheel(bufferSource(await readFile(ours.path)), { filename: ours.filename }),
    ).toMatchObject({ ok: true });
  });

  it('takes tags and builds away', async () => {
    const { path } = await retagWheel(sample, { platform: 'linux_x86_64.manylinux1_x86_64', build: '1' });
    const less = await retagWheel(path, { platform: '-linux_x86_64', build: '' }, { remove: true });
    expect(less.filename).toBe('ops-1.0-py3-none-manylinux1_x86_64.whl');
    expect((await readdir(folder)).sort()).toEqual(['ops-1.0-py3-none-any.whl', less.filename]);
    await expect(retagWheel(less.path, { platform: '-manylinux1_x86_64' })).rejects.toMatchObject({
      code: 'bad-tag',
    });
  });

  it('writes nothing where nothing changes', async () => {
    const before = await readFile(sample);
    expect(await retagWheel(sample, { python: 'py3' }, { remove: true })).toEqual({
      path: sample,
      filename: basename(sample),
      unchanged: true,
    });
    expect((await readFile(sample)).equals(before)).toBe(true);
  });

  it('puts a WHEEL right that says something else than the file name', async () => {
    const renamed = join(folder, 'ops-1.0-py3-none-win_amd64.whl');
    await copyFile(sample, renamed);
    const { path, unchanged } = await retagWheel(renamed, {});
    expect([path, unchanged]).toEqual([renamed, false]);
    expect(await verifyWheel(bufferSource(await readFile(path)), { filename: basename(path) })).toMatchObject(
      { ok: true },
    );
  });

  it('copies dist-info that lies at the front, and a member of many ranges', async () => {
    const { bytes } = madeWheel({ files: [{ name: 'ops/a.py' }], members: (all) => [...all].reverse() });
    const path = join(folder, 'ops-1.0-py3-none-any.whl');
    await writeFile(path, bytes);
    const retagged = await retagWheel(path, { platform: 'win32' });
    const { problems } = await verifyWheel(bufferSource(await readFile(retagged.path)), {
      filename: retagged.filename,
    });
    expect(problems).toEqual([]);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
  });

  it.each(['bad-central-directory', 'trailing-data', 'unsafe-name', 'symbolic-link'])(
    'refuses %s',
    async (rule) => {
      const broken = brokenWheels().find(({ rules }) => rules.includes(rule))!;
      await writeFile(sample, broken.bytes);
      await expect(retagWheel(sample, { platform: 'win32' })).rejects.toMatchObject({
        code: 'bad-archive',
        message: expect.stringContaining(rule),
      });
      expect(await readdir(folder)).toEqual([basename(sample)]);
    },
  );

  it('keeps every content of a wheel whose bytes were changed, or refuses it', async () => {
    const sound = await readFile(sample);
    const change = fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at, to } of changes) bytes[at] = to;
        await writeFile(sample, bytes);
        const before = await verifyWheel(bufferSource(bytes));
        const retagged = await retagWheel(sample, { build: '1' }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(WheelError);
        });
        if (retagged === undefined) return;
        const after = await verifyWheel(bufferSource(await readFile(retagged.path)));
        // A copy brings no problem in, and hides none but those of the two texts that are made anew.
        if (before.ok) expect(after.problems).toEqual([]);
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
  });

  it('is accepted by every tool', async () => {
    const { path } = await retagWheel(sample, { python: '+py2', build: '1' });
    expect(await refusals(path, join(folder, 'tools'))).toEqual([]);
  });
});

interface Shape {
  readonly kept: unknown;
  readonly wheel: unknown;
  readonly test: unknown;
}
