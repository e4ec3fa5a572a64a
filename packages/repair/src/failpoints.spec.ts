import { type FileHandle, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, jest } from '@jest/globals';
import { describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import { repairWheel } from './index.js';
import { compileLink, demoWheel, extensionCode } from './testing/native-wheel.js';
import { readMembers } from './testing/unzip.js';

const root = await temporaryFolder('failpoints');
const anyFile = await open(join(root, 'any'), 'w');
const prototype = Object.getPrototypeOf(anyFile) as FileHandle;
await anyFile.close();
const EARLIER = 'the wheel of an earlier run';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Lets a step fail at its n-th call, as a full or broken disk does; gives how often it was called at all. */
function failAt(step: 'write' | 'sync' | 'truncate', nth: number): () => number {
  let calls = 0;
  const original = Reflect.get(prototype, step) as (...args: unknown[]) => Promise<unknown>;
  jest.spyOn(prototype, step as 'sync').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    calls += 1;
    if (calls === nth) return Promise.reject(Object.assign(new Error('disk'), { code: 'EIO' }));
    return original.apply(this, args) as Promise<void>;
  });
  return () => calls;
}

async function temporaryRests(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('wheelwright-repair-'));
}

describeIf([{ program: 'gcc' }, { program: 'strip' }], 'a wheel that is repaired', () => {
  it('is what it was, or whole, wherever the disk fails', async () => {
    const lib = join(root, 'lib');
    await compileLink(lib, { name: 'inner', code: 'int inner(void) { return 42; }' });
    await writeFile(join(root, 'ext.c'), extensionCode('ext', 'inner'));
    const extension = join(root, 'ext.so');
    await tool('gcc', ['-shared', '-fPIC', '-o', extension, join(root, 'ext.c'), join(lib, 'libinner.so.1')]);
    const wheel = await demoWheel(root, [
      { name: 'demo/ext.so', content: { path: extension } },
      { name: 'demo/data.bin', content: Buffer.alloc(1 << 20, 'data') },
    ]);
    const act = (out: string) =>
      repairWheel(wheel, { out, ldpaths: [lib], tool: { name: 'wheelwright', version: '0' } });
    const before = await temporaryRests();
    const good = await act(join(root, 'good'));
    const name = good.written!.filename;
    const bytes = await readFile(good.written!.path);
    for (const step of ['write', 'truncate', 'sync'] as const) {
      const count = failAt(step, -1);
      await act(join(root, 'count'));
      const calls = count();
      jest.restoreAllMocks();
      expect(calls).toBeGreaterThan(0);
      for (let nth = 1; nth <= calls; nth += 1) {
        const out = join(root, `${step}-${nth}`);
        await mkdir(out);
        await writeFile(join(out, name), EARLIER);
        failAt(step, nth);
        const failed = await act(out).then(
          () => false,
          () => true,
        );
        jest.restoreAllMocks();
        expect(await readdir(out)).toEqual([name]);
        const found = await readFile(join(out, name));
        // The folder is synced after the rename: by then the wheel is whole.
        if (failed) expect(found.toString()).toBe(EARLIER);
        else expect(found.equals(bytes)).toBe(true);
      }
    }
    expect(await temporaryRests()).toEqual(before);
  });

  it('leaves nothing beside what it cannot be renamed over', async () => {
    const wheel = join(root, 'demo-1.0-py3-none-linux_x86_64.whl');
    const good = await readdir(join(root, 'good'));
    const debug = good.map((name) => name.replace(/\.whl$/, '.debug.zip'));
    const before = await temporaryRests();
    for (const [taken, left] of [
      [good, good],
      // The archive comes after the wheel, which is whole by then.
      [debug, [...debug, ...good]],
    ] as const) {
      const out = join(root, `taken-${left.length}`);
      await mkdir(join(out, taken[0] ?? '', 'folder'), { recursive: true });
      const attempt = repairWheel(wheel, {
        out,
        ldpaths: [join(root, 'lib')],
        strip: 'debug',
        splitDebug: true,
        tool: { name: 'wheelwright', version: '0' },
      });
      await expect(attempt).rejects.toMatchObject({ code: expect.any(String) });
      expect(await readdir(out)).toEqual(left);
    }
    expect(await temporaryRests()).toEqual(before);
  });

  it('is absent when it was stopped, at each step', async () => {
    const wheel = join(root, 'demo-1.0-py3-none-linux_x86_64.whl');
    for (const stop of ['inspecting', 'looking', 'patching', 'writing']) {
      const controller = new AbortController();
      const attempt = repairWheel(wheel, {
        out: join(root, 'stopped'),
        ldpaths: [join(root, 'lib')],
        tool: { name: 'wheelwright', version: '0' },
        signal: controller.signal,
        onStep: (step) => {
          if (step.startsWith(stop)) controller.abort();
        },
      });
      await expect(attempt).rejects.toThrow();
      expect(await readdir(join(root, 'stopped')).catch(() => [])).toEqual([]);
    }
  });

  it('is stripped before it is patched, and what goes is kept by build id where that is asked for', async () => {
    const lib = join(root, 'debug');
    await compileLink(lib, {
      name: 'inner',
      code: 'static int helper(int a) { return a; } int inner(void) { return helper(42); }',
      flags: ['-g', '-Wl,--build-id=0x0123456789abcdef'],
    });
    const wheel = join(root, 'demo-1.0-py3-none-linux_x86_64.whl');
    const result = await repairWheel(wheel, {
      out: join(root, 'stripped'),
      ldpaths: [lib],
      strip: 'debug',
      splitDebug: true,
      tool: { name: 'wheelwright', version: '0' },
    });
    if (result.kind !== 'repaired') throw new Error('the wheel is pure');
    const library = result.plan.grafts[0]!.member;
    const stripped = join(root, 'stripped.so');
    await writeFile(stripped, (await readMembers(result.written!.path)).get(library)!);
    const sections = await tool('readelf', ['-SW', stripped]);
    expect(sections).not.toContain('.debug_info');
    expect(sections).toContain('.symtab');
    expect([...(await readMembers(result.debugArchive!)).keys()]).toContain(
      '.build-id/01/23456789abcdef.debug',
    );
    expect(
      await tool('env', [
        'LD_BIND_NOW=1',
        'python3',
        '-c',
        `import ctypes; print(ctypes.CDLL("${stripped}").inner())`,
      ]),
    ).toBe('42');
  });
});
