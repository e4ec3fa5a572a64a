import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileLibrary, describeIf, temporaryFolder } from '@wheelwright/testing';
import {
  beat,
  constructor,
  forged,
  heart,
  libinfo,
  meanwhile,
  probe,
  processGroup,
  state,
} from '../testing/probed-library.js';
import { findIsolation, type Isolation } from './isolation.js';
import { probeLibinfo } from './probe.js';

const folder = await temporaryFolder('probe');
const found = await findIsolation();

/** Both ways to keep a library in; the first only where this machine has it. */
const ways: Isolation[] = found.kind === 'namespaces' ? [found, processGroup] : [found];

describeIf([{ program: 'gcc' }], 'probeLibinfo', () => {
  describe.each(ways)('in $kind', (isolation) => {
    it('gives the features, and oneDNN by its name of today', async () => {
      expect(await probe(folder, libinfo, { isolation })).toEqual({
        state: 'answered',
        features: { CUDA: false, ONEDNN: true },
        isolation,
      });
    });

    it.each<[string, string, object]>([
      [
        'crashes',
        constructor('*(volatile int *)8 = 1;'),
        { reason: 'crashed', message: expect.stringMatching(/SIGSEGV|signal 11/) },
      ],
      ['aborts', constructor('abort();'), { reason: 'crashed' }],
      [
        'exits',
        constructor('fputs("no licence\\n", stderr); exit(3);'),
        { reason: 'exited', message: expect.stringMatching(/exit code 3.*: no licence$/) },
      ],
      [
        'exits 0 with a forged answer on standard output',
        constructor(`fputs(${forged}, stdout); exit(0);`),
        { reason: 'exited', message: expect.stringContaining('exit code 0') },
      ],
      [
        'exits 0 with a forged answer on the pipe of answers',
        constructor(`write(3, ${forged}, strlen(${forged})); exit(0);`),
        { reason: 'forged-answer' },
      ],
      [
        'fails when asked',
        libinfo.replace('return 0', 'return -1'),
        { reason: 'bad-answer', message: expect.stringContaining('-1') },
      ],
      [
        'claims to have billions of features',
        libinfo.replace('*size = 2', '*size = 1ul << 60'),
        { reason: 'bad-answer' },
      ],
      ['points nowhere', libinfo.replace('*list = features', '*list = (void *)8'), { reason: 'crashed' }],
      ['has no libinfo', 'int x;', { reason: 'no-libinfo' }],
    ])('survives a library that %s', async (_, code, expected) => {
      expect(await probe(folder, code, { isolation })).toMatchObject({ state: 'failed', ...expected });
    });

    it('does not wait longer than it may for one that hangs', async () => {
      const start = performance.now();
      expect(await probe(folder, constructor('for (;;) pause();'), { isolation, timeout: 1 })).toMatchObject({
        reason: 'timed-out',
        message: "it didn't answer within 1 s",
      });
      expect(performance.now() - start).toBeLessThan(8000);
    });

    it('stops one that writes a gigabyte', async () => {
      const flood =
        'static char block[1 << 20]; for (int i = 0; i < 1024; i++) fwrite(block, 1, sizeof block, stdout);';
      const before = process.memoryUsage().rss;
      expect(await probe(folder, constructor(flood), { isolation })).toMatchObject({
        reason: 'too-much-output',
        message: 'it wrote more than 8 MiB of output',
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
    });

    it('takes the answer of one that forks, once', async () => {
      expect(await probe(folder, constructor('fork();'), { isolation })).toMatchObject({
        state: 'answered',
        features: { ONEDNN: true },
      });
    });

    it('takes the answer of one whose end crashes', async () => {
      const code = `${libinfo}#include <stdlib.h>\n__attribute__((destructor)) static void at_end(void) { abort(); }`;
      expect(await probe(folder, code, { isolation })).toMatchObject({ state: 'answered' });
    });

    it('takes the answer of one that prints something like it', async () => {
      expect(
        await probe(folder, constructor(`write(3, ${forged}, strlen(${forged}));`), { isolation }),
      ).toMatchObject({
        features: { CUDA: false },
      });
    });

    it('leaves no process of one that forks and goes on', async () => {
      const file = await heart(folder, `beats-${isolation.kind}`);
      await probe(folder, constructor(`if (fork() == 0) { ${beat(file)} } ${meanwhile}`), { isolation });
      expect(await state(file)).toBe('stopped');
    });

    it('names what a library needs and does not find', async () => {
      const absent = await compileLibrary(folder, 'libabsent', 'int absent(void) { return 1; }', [
        '-Wl,-soname,libabsent.so.8',
      ]);
      const library = await compileLibrary(
        folder,
        'libneedy',
        'int absent(void); int x(void) { return absent(); }',
        [absent],
      );
      expect(await probeLibinfo(library, { isolation })).toMatchObject({
        reason: 'missing-dependency',
        message: "it needs libabsent.so.8, which isn't here",
      });
    });

    it.each(['beside', 'a folder: with; its own signs', 'ünïcode'])(
      'finds what is in the folder of the library: %s',
      async (name) => {
        const home = join(folder, name);
        await mkdir(home, { recursive: true });
        await compileLibrary(home, 'libhelper', 'int helper(void) { return 1; }', [
          '-Wl,-soname,libhelper.so',
        ]);
        const code = `${libinfo} int helper(void); int x(void) { return helper(); }`;
        const library = await compileLibrary(home, 'libmain', code, [join(home, 'libhelper.so')]);
        expect(await probeLibinfo(library, { isolation })).toMatchObject({ state: 'answered' });
      },
    );

    it('tells what is no library', async () => {
      const file = join(folder, 'text.so');
      await writeFile(file, 'no library');
      expect(await probeLibinfo(file, { isolation })).toMatchObject({ reason: 'load-failed' });
      expect(await probeLibinfo(join(folder, 'nowhere.so'), { isolation })).toMatchObject({
        state: 'failed',
      });
    });

    it('gives it no variable of ours', async () => {
      process.env['WHEELWRIGHT_SECRET'] = 'x';
      try {
        const code = constructor(
          'if (getenv("WHEELWRIGHT_SECRET") || getenv("HOME") || getenv("PATH")) abort();',
        );
        expect(await probe(folder, code, { isolation })).toMatchObject({ state: 'answered' });
      } finally {
        delete process.env['WHEELWRIGHT_SECRET'];
      }
    });

    it('stops when told to', async () => {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort(new Error('enough'));
      }, 500);
      const asked = probe(folder, constructor('for (;;) pause();'), { isolation, signal: controller.signal });
      await expect(asked).rejects.toThrow('enough');
    });
  });

  it('isolates as far as it can by itself, and says how far', async () => {
    expect((await probe(folder, libinfo)).isolation).toEqual(found);
  });
});
