import { describe, expect, it } from '@jest/globals';
import { WheelError } from './error.js';
import { checkMarker } from './marker.js';
import { checkedSpecifier, parseRequirement } from './requirement.js';
import cases from './testing/packaging-cases.json' with { type: 'json' };
import { normaliseVersion } from './version.js';

/** What we say: the result, or `null` for a refusal. */
function verdict<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof WheelError) return null;
    throw error;
  }
}

/** Texts that we judge otherwise than `packaging`, on purpose; each with its reason. */
const ACCEPTED: Readonly<Record<string, string>> = {
  '===':
    'packaging takes the operator of arbitrary equality with nothing behind it; PEP 440 asks for a version',
};

const differing = (
  texts: Readonly<Record<string, string | null>>,
  valid: (text: string) => unknown,
): string[] =>
  Object.entries(texts)
    .filter(([text, expected]) => (verdict(() => valid(text) ?? true) !== null) !== (expected !== null))
    .map(([text]) => text)
    .filter((text) => ACCEPTED[text] === undefined);

describe('PEP 440 and PEP 508, by the cases of the packaging project', () => {
  it('normalises every version, and refuses what is none', () => {
    const wrong = Object.entries(cases.versions).filter(
      ([text, expected]) => verdict(() => normaliseVersion(text)) !== expected,
    );
    expect(wrong).toEqual([]);
    expect(Object.keys(cases.versions).length).toBeGreaterThan(100);
  });

  it('takes and refuses the same specifiers', () => {
    expect(differing(cases.specifiers, checkedSpecifier)).toEqual([]);
  });

  it('takes and refuses the same requirements', () => {
    expect(differing(cases.requirements, parseRequirement)).toEqual([]);
  });

  it('takes and refuses the same markers', () => {
    expect(differing(cases.markers, checkMarker)).toEqual([]);
  });
});
