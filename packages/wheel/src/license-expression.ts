import { quoted, WheelError } from './error.js';

const IDENTIFIER = /^[A-Za-z0-9.-]+$/;

/**
 * Checks the grammar of an SPDX license expression (PEP 639; SPDX 2.3 annex D) and gives it with operators in
 * upper case and single spaces. Whether an identifier is on SPDX's list is the index's to say, whose copy of
 * the list is newer than any that we could ship. Throws `bad-metadata`.
 */
export function normaliseLicenseExpression(expression: string): string {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const words = tokens.map((token) => (/^(?:and|or|with)$/i.test(token) ? token.toUpperCase() : token));
  let at = 0;
  const refuse = (): never => {
    const token = words[at];
    throw new WheelError(
      'bad-metadata',
      `${quoted(expression)} is not an SPDX license expression: ` +
        (token === undefined ? 'something is missing at its end' : `${quoted(token)} is out of place`),
      { hint: 'Write identifiers of spdx.org/licenses: MIT, Apache-2.0 OR MIT, LicenseRef-Proprietary' },
    );
  };
  const identifier = (plus: RegExp): void => {
    const word = words[at] ?? refuse();
    if (['AND', 'OR', 'WITH'].includes(word) || !IDENTIFIER.test(word.replace(plus, ''))) refuse();
    at += 1;
  };
  const term = (depth: number): void => {
    if (words[at] === '(' && depth < 32) {
      at += 1;
      compound(depth + 1);
      if (words[at] !== ')') refuse();
      at += 1;
      return;
    }
    identifier(/\+$/);
    if (words[at] === 'WITH') {
      at += 1;
      identifier(/^$/);
    }
  };
  const compound = (depth: number): void => {
    term(depth);
    while (words[at] === 'AND' || words[at] === 'OR') {
      at += 1;
      term(depth);
    }
  };
  compound(0);
  if (at < words.length) refuse();
  return words.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}
