import { createCipheriv } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeIf, oracle, python, temporaryFolder } from '@wheelwright/testing';
import { openFile } from './byte-source.js';
import { entryPointsText } from './entry-points.js';
import type { WheelSpec } from './layout.js';
import { coreMetadata } from './metadata.js';
import { checkProject } from './project/check-project.js';
import { openWheel } from './wheel.js';
import { type WriteOptions, type WrittenWheel, writeWheel } from './write.js';

const folder = await temporaryFolder('write');
/** Bytes that deflate makes longer: the same on every run. */
const RANDOM = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(2_500_000),
);
const REPETITIVE = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `${index % 977}\n`).join(''));
const FILES: Record<string, Buffer> = {
  'simpledet_ops/__init__.py': Buffer.from('def main():\n    return 0\n'),
  'simpledet_ops/empty.py': Buffer.alloc(0),
  'simpledet_ops/lib/large.bin': Buffer.concat([REPETITIVE, RANDOM, REPETITIVE]),
  'simpledet_ops/lib/random.bin': RANDOM,
  'simpledet_ops/lib/exactly-two-blocks.bin': REPETITIVE.subarray(0, 2 << 20),
  'simpledet_ops/lib/größe, "x".txt': RANDOM.subarray(0, 100),
  'simpledet_ops-1.0+cu102.data/scripts/ops-tool': Buffer.from('#!python\nprint(1)\n'),
};
const PROJECT = checkProject({
  name: 'simpledet-ops',
  version: '1.0+cu102',
  description: 'Custom operators',
  license: 'Apache-2.0',
  scripts: { 'ops-main': 'simpledet_ops:main' },
});

async function spec(): Promise<WheelSpec> {
  const files = await Promise.all(
    Object.entries(FILES).map(async ([name, bytes], index) => {
      const executable = name.includes('/scripts/');
      if (index % 2 === 0) return { name, executable, content: bytes };
      const path = join(folder, `input${index}`);
      await writeFile(path, bytes);
      return { name, executable, content: { path } };
    }),
  );
  const readme = { text: '# Ops\n', contentType: 'text/markdown' };
  return {
    distribution: PROJECT.name,
    version: PROJECT.version,
    tags: { python: 'py3', abi: 'none', platform: 'any' },
    metadata: coreMetadata(PROJECT, { readme, licenseFiles: ['LICENSE'] }),
    entryPoints: entryPointsText(PROJECT)!,
    files,
    licenses: [{ name: 'LICENSE', content: Buffer.from('Apache License\n') }],
    sboms: [{ name: 'ops.cdx.json', content: Buffer.from('{}') }],
    rootIsPurelib: true,
    generator: 'wheelwright 0.1.0',
  };
}

const DIST_INFO = 'simpledet_ops-1.0+cu102.dist-info';
let written: WrittenWheel;

beforeAll(async () => {
  written = await writeWheel(join(folder, 'dist'), await spec());
});

describe('writeWheel', () => {
  it('says what it wrote', async () => {
    expect(written).toMatchObject({
      filename: 'simpledet_ops-1.0+cu102-py3-none-any.whl',
      path: join(folder, 'dist', 'simpledet_ops-1.0+cu102-py3-none-any.whl'),
      members: 13,
    });
    const script = `import hashlib, os
print(json.dumps([os.path.getsize(argv[0]), hashlib.sha256(open(argv[0], 'rb').read()).hexdigest()]))`;
    expect(await python(script, written.path)).toEqual([written.size, written.sha256]);
    await writeFile(join(folder, 'plain'), '');
    expect((await stat(written.path)).mode).toBe((await stat(join(folder, 'plain'))).mode);
    expect(await readdir(join(folder, 'dist'))).toEqual([written.filename]);
  });

  it('orders members, and gives them modes, a time and nothing more', async () => {
    const script = `import zipfile
print(json.dumps([[i.filename, oct(i.external_attr >> 16), list(i.date_time), i.flag_bits, i.compress_type, i.extra.hex()]
  for i in zipfile.ZipFile(argv[0]).infolist()]))`;
    const time = [1980, 1, 1, 0, 0, 0];
    const row = (name: string, mode: number, flags: number, method: number): unknown[] => [
      ...[name, `0o100${mode.toString(8)}`, time, flags, method, ''],
    ];
    expect(await python(script, written.path)).toEqual([
      row('simpledet_ops-1.0+cu102.data/scripts/ops-tool', 0o755, 0, 0),
      row('simpledet_ops/__init__.py', 0o644, 0, 0),
      row('simpledet_ops/empty.py', 0o644, 0, 0),
      row('simpledet_ops/lib/exactly-two-blocks.bin', 0o644, 0, 8),
      row('simpledet_ops/lib/größe, "x".txt', 0o644, 0x800, 0),
      row('simpledet_ops/lib/large.bin', 0o644, 0, 8),
      row('simpledet_ops/lib/random.bin', 0o644, 0, 0),
      row(`${DIST_INFO}/METADATA`, 0o644, 0, 8),
      row(`${DIST_INFO}/WHEEL`, 0o644, 0, 8),
      row(`${DIST_INFO}/entry_points.txt`, 0o644, 0, 0),
      row(`${DIST_INFO}/licenses/LICENSE`, 0o644, 0, 0),
      row(`${DIST_INFO}/sboms/ops.cdx.json`, 0o644, 0, 0),
      row(`${DIST_INFO}/RECORD`, 0o644, 0, 8),
    ]);
  });

  it('records what Python hashes', async () => {
    const script = `import base64, csv, hashlib, io, zipfile
z = zipfile.ZipFile(argv[0])
rows = [[n, 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(z.read(n)).digest()).rstrip(b'=').decode(), str(len(z.read(n)))]
  for n in z.namelist()[:-1]] + [[z.namelist()[-1], '', '']]
print(json.dumps([rows, list(csv.reader(io.StringIO(z.read(z.namelist()[-1]).decode(), newline='')))]))`;
    const [expected, record] = await python<[unknown, unknown]>(script, written.path);
    expect(record).toEqual(expected);
  });

  it('is read back, by Python and by us', async () => {
    const script = `import hashlib, zipfile
z = zipfile.ZipFile(argv[0])
assert z.testzip() is None
print(json.dumps({n: hashlib.sha1(z.read(n)).hexdigest() for n in argv[1]}))`;
    const sha1 = 'import hashlib\nprint(json.dumps(hashlib.sha1(open(argv[0], "rb").read()).hexdigest()))';
    const read = await python<Record<string, string>>(script, written.path, Object.keys(FILES));
    await writeFile(join(folder, 'large'), FILES['simpledet_ops/lib/large.bin']!);
    expect(read['simpledet_ops/lib/large.bin']).toBe(await python(sha1, join(folder, 'large')));
    const file = await openFile(written.path);
    const wheel = await openWheel(file);
    for (const member of wheel.members) {
      const bytes = await member.bytes(1 << 24);
      const expected = FILES[member.name];
      if (expected !== undefined) expect(Buffer.compare(bytes, expected)).toBe(0);
    }
    expect(wheel.members.filter(({ name }) => name in FILES)).toHaveLength(Object.keys(FILES).length);
    await file.close();
  });

  it.each<WriteOptions>([{ concurrency: 1 }, { concurrency: 2 }, { concurrency: 64 }])(
    'gives the same bytes with %j',
    async (options) => {
      const again = await writeWheel(join(folder, `again${options.concurrency}`), await spec(), options);
      expect((await readFile(again.path)).equals(await readFile(written.path))).toBe(true);
    },
  );

  it('takes SOURCE_DATE_EPOCH and a level', async () => {
    const stored = await writeWheel(join(folder, 'stored'), await spec(), {
      level: 0,
      sourceDateEpoch: 1_700_000_000,
    });
    const script = `import zipfile
i = zipfile.ZipFile(argv[0]).infolist()
print(json.dumps([sorted(set(x.compress_type for x in i)), list(i[0].date_time), zipfile.ZipFile(argv[0]).testzip()]))`;
    expect(await python(script, stored.path)).toEqual([[0], [2023, 11, 14, 22, 13, 20], null]);
    const fast = await writeWheel(join(folder, 'fast'), await spec(), { level: 1 });
    const small = await writeWheel(join(folder, 'small'), await spec(), { level: 9 });
    expect(stored.size > fast.size && fast.size > small.size).toBe(true);
  });

  it('tells its progress', async () => {
    const calls: [number, number][] = [];
    const onProgress = (done: number, total: number): unknown => calls.push([done, total]);
    await writeWheel(join(folder, 'progress'), await spec(), {
      onProgress: (...call) => void onProgress(...call),
    });
    const total = calls[0]![1];
    expect(calls.every(([done, all], index) => all === total && done >= (calls[index - 1]?.[0] ?? 0))).toBe(
      true,
    );
    expect(calls.at(-1)).toEqual([total, total]);
    expect(calls.length).toBeGreaterThan(8);
  });
});

describe('other tools accept what it wrote', () => {
  it.each<[tool: string, args: (wheel: string, target: string) => string[]]>([
    ['python', (wheel) => ['-m', 'zipfile', '-t', wheel]],
    ['python', (wheel, target) => ['-m', 'installer', '--prefix', target, wheel]],
    [
      'python',
      (wheel, target) => ['-m', 'pip', 'install', '--no-index', '--no-deps', '--target', target, wheel],
    ],
    [
      'uv',
      (wheel, target) => [
        'pip',
        'install',
        '--offline',
        '--no-index',
        '--no-deps',
        '--target',
        target,
        wheel,
      ],
    ],
    ['twine', (wheel) => ['check', '--strict', wheel]],
    ['check-wheel-contents', (wheel) => [wheel]],
    ['wheel', (wheel, target) => ['unpack', '--dest', target, wheel]],
  ])('%s, %#', async (tool, args) => {
    const target = join(folder, `target-${tool}-${args('', '')[1]!}`);
    await mkdir(target, { recursive: true });
    const result = await oracle(tool, args(written.path, target), {
      env: { UV_CACHE_DIR: join(folder, 'uv') },
    });
    expect([result.exitCode, result.stdout, result.stderr]).toEqual([
      0,
      expect.anything(),
      expect.anything(),
    ]);
    if (args('', '').includes('install')) {
      const installed = await readdir(target, { recursive: true });
      expect(installed.some((path) => path.endsWith('simpledet_ops/lib/large.bin'))).toBe(true);
    }
  });
});

describeIf([{ program: 'unzip' }], 'unzip', () => {
  it('finds no error', async () => {
    const script = `import subprocess
result = subprocess.run(['unzip', '-tqq', argv[0]], capture_output=True, text=True)
print(json.dumps([result.returncode, result.stdout + result.stderr]))`;
    expect(await python(script, written.path)).toEqual([0, '']);
  });
});
