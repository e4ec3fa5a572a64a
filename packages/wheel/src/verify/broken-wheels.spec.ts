import { describe, expect, it } from '@jest/globals';
import { type BrokenWheel, brokenWheels, madeWheel } from '@wheelwright/testing';
import { bufferSource } from '../byte-source.js';
import { RULES } from './rule.js';
import { type Verification, verifyWheel } from './verify.js';

const verify = ({ bytes, filename }: { bytes: Buffer; filename: string }): Promise<Verification> =>
  verifyWheel(bufferSource(bytes), { filename });

const kinds = brokenWheels();

describe('verifyWheel', () => {
  it('finds nothing in a sound wheel', async () => {
    expect(await verify(madeWheel())).toEqual({ ok: true, problems: [], advice: [], members: 5 });
  });

  it.each(kinds.map((kind): [string, string, BrokenWheel] => [kind.rules.join(', '), kind.what, kind]))(
    'finds %s (%s), and nothing else',
    async (_, __, kind) => {
      const { ok, problems, advice } = await verify(kind);
      const found = [...new Set([...problems, ...advice].map(({ rule }) => rule))].sort();
      expect(found).toEqual(kind.rules);
      expect(ok).toBe(problems.length === 0);
      expect(problems.every(({ rule }) => RULES[rule][0] === 'problem')).toBe(true);
      expect(advice.every(({ rule }) => RULES[rule][0] === 'advice')).toBe(true);
    },
  );

  it('has a broken wheel for every rule', () => {
    const met = new Set(kinds.flatMap(({ rules }) => rules));
    // Wheels that are too large for a test of everyday: sparse ones are verified by the target wheel:large.
    expect(Object.keys(RULES).filter((rule) => !met.has(rule))).toEqual([
      'over-index-limit',
      'file-too-large',
    ]);
    expect(kinds.length).toBeGreaterThan(60);
  });
});
