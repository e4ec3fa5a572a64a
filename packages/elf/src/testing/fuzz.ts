import { judge, type Outcome } from './criteria.js';
import { mutate, specimen, type Specimen } from './mutate.js';
import { Random } from './random.js';

/** Files with behaviour that wasn't seen before are changed further; so many are kept beside the seeds. */
const MOST_DISCOVERIES = 1000;
/** An execution that took too long on a busy machine is tried again: what is slow by itself is slow each time. */
const RETRIES = 3;

export interface FuzzOptions {
  readonly seeds: readonly Specimen[];
  /** All that is done follows from it. */
  readonly seed: number;
  /** Asked before each execution, with the number of those that were done. */
  readonly goOn: (executions: number) => boolean;
  /** Reads a file and says how it went. */
  readonly read?: (bytes: Uint8Array) => Promise<Outcome>;
}

export interface FuzzResult {
  readonly executions: number;
  /** How many different behaviours were seen: answers by their shape, errors by their text. */
  readonly behaviours: number;
  readonly find: Find | undefined;
}

/** A file that was read as none may be. */
export interface Find {
  readonly offence: string;
  readonly execution: number;
  /** The file that it was made from. */
  readonly from: string;
  readonly bytes: Uint8Array;
}

/** Changes files and reads them until something is found or `goOn` says no. */
export async function fuzz({ seeds, seed, goOn, read = judgeAgain }: FuzzOptions): Promise<FuzzResult> {
  const random = new Random(seed);
  const seen = new Set<string>();
  const pool = [...seeds];
  let executions = 0;
  for (; goOn(executions); executions++) {
    const chosen = random.pick(pool);
    const bytes = mutate(chosen, random, pool);
    const { signature, offence } = await read(bytes);
    if (offence !== undefined) {
      const find = { offence, execution: executions, from: chosen.name, bytes };
      return { executions: executions + 1, behaviours: seen.size, find };
    }
    if (seen.has(signature)) continue;
    seen.add(signature);
    if (pool.length < seeds.length + MOST_DISCOVERIES) pool.push({ ...chosen, bytes });
  }
  return { executions, behaviours: seen.size, find: undefined };
}

/** The verdict of the best of several attempts. */
async function judgeAgain(bytes: Uint8Array): Promise<Outcome> {
  let outcome = await judge(bytes);
  for (let attempt = 0; attempt < RETRIES && outcome.offence?.startsWith('took') === true; attempt++) {
    outcome = await judge(bytes);
  }
  return outcome;
}

export function specimens(files: Iterable<readonly [string, Uint8Array]>): Specimen[] {
  return Array.from(files, ([name, bytes]) => specimen(name, bytes));
}
