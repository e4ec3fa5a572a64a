import { describe, expect, it } from '@jest/globals';
import { madeWheel } from '@wheelwright/testing';
import fc from 'fast-check';
import { bufferSource, type ByteSource } from '../byte-source.js';
import { verifyWheel } from './verify.js';

const { bytes: sound, filename } = madeWheel({ entryPoints: '[console_scripts]\nops = ops:main\n' });

describe('a wheel that anyone may have made', () => {
  it('is judged whatever bytes are changed, and only ever read inside its bounds', async () => {
    const change = fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at, to } of changes) bytes[at] = to;
        const { ok, problems } = await verifyWheel(bufferSource(bytes), { filename });
        expect(ok).toBe(problems.length === 0);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < sound.length; length += 7) {
      expect((await verifyWheel(bufferSource(sound.subarray(0, length)), { filename })).ok).toBe(false);
    }
  });

  it('lists what thousands of members do wrong only in part', async () => {
    const files = Array.from({ length: 300 }, (_, index) => ({ name: `ops/../${index}.py` }));
    const { problems } = await verifyWheel(bufferSource(madeWheel({ files }).bytes));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toEqual({
      rule: 'unsafe-name',
      member: null,
      message: 'and 200 more of unsafe-name',
    });
  });

  it('ends the check when it is cancelled, or when its source fails', async () => {
    const reason = new Error('enough');
    await expect(
      verifyWheel(bufferSource(sound), { signal: AbortSignal.abort(reason) }),
    ).rejects.toMatchObject({ code: 'aborted', cause: reason });
    const failing: ByteSource = { size: 100_000, read: () => Promise.reject(new Error('gone')) };
    await expect(verifyWheel(failing)).rejects.toMatchObject({ code: 'io' });
  });

  it('is compared with no file name where none is given', async () => {
    const { bytes } = madeWheel();
    expect(await verifyWheel(bufferSource(bytes))).toMatchObject({ ok: true, advice: [] });
  });
});
