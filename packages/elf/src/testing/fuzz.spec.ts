import { describe, expect, it } from '@jest/globals';
import { judge } from './criteria.js';
import { fieldsOf } from './fields.js';
import { fuzz, specimens, type FuzzResult } from './fuzz.js';
import { syntheticFiles } from './seeds.js';

const seeds = specimens(syntheticFiles());

function run(executions: number, read?: typeof judge): Promise<FuzzResult> {
  const goOn = (done: number): boolean => done < executions;
  return fuzz({ seeds, seed: 20, goOn, ...(read === undefined ? {} : { read }) });
}

describe('the fuzzer', () => {
  it('knows where the numbers of a file are', () => {
    const [first] = seeds;
    const names = new Set(first?.fields.map(({ name }) => name));
    for (const name of [
      'e_phnum',
      'p_filesz',
      'd_un',
      'vn_next',
      'vn_aux_name',
      'vd_aux',
      'st_name',
      'sh_link',
    ]) {
      expect(names).toContain(name);
    }
    for (const { bytes } of seeds) expect(fieldsOf(bytes).length).toBeGreaterThan(300);
  });

  it('finds nothing in 3000 executions, and reaches hundreds of behaviours', async () => {
    const { find, behaviours, executions } = await run(3000);
    expect(find).toBeUndefined();
    expect(executions).toBe(3000);
    expect(behaviours).toBeGreaterThan(300);
  });

  it('does the same again with the same seed, and gives the file of a find', async () => {
    const big = async (bytes: Uint8Array): ReturnType<typeof judge> => ({
      ...(await judge(bytes)),
      offence: bytes[18] === 0xff ? 'a planted fault' : undefined,
    });
    const [first, second] = [await run(5000, big), await run(5000, big)];
    expect(first.find).toMatchObject({ offence: 'a planted fault' });
    expect(first.find?.bytes[18]).toBe(0xff);
    expect(second).toEqual(first);
  });
});

describe('the criteria', () => {
  it('hold for sound files', async () => {
    for (const { bytes } of seeds) expect((await judge(bytes)).offence).toBeUndefined();
  });
});
