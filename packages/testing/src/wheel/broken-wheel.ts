import { BROKEN_ARCHIVES } from './broken-archives.js';
import { BROKEN_DIST_INFO } from './broken-dist-info.js';
import { BROKEN_METADATA } from './broken-metadata.js';
import { BROKEN_NAMES } from './broken-names.js';
import { type MadeWheel, madeWheel, type WheelChange } from './sound-wheel.js';

/** A kind of broken wheel: the rule that it breaks, in what way, and the rules that it cannot but break too. */
export type BrokenKind = readonly [rule: string, what: string, change: WheelChange, also?: readonly string[]];

/** A wheel that breaks the rules named, and no others. */
export interface BrokenWheel extends MadeWheel {
  readonly what: string;
  readonly rules: readonly string[];
}

/** Every kind of broken wheel, each built anew: at least one for each rule that a wheel can break. */
export function brokenWheels(): BrokenWheel[] {
  return [...BROKEN_ARCHIVES, ...BROKEN_NAMES, ...BROKEN_DIST_INFO, ...BROKEN_METADATA].map(
    ([rule, what, change, also = []]) => ({ what, rules: [rule, ...also].sort(), ...madeWheel(change) }),
  );
}
