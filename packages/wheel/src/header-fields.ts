import { quoted, WheelError, type WheelErrorCode } from './error.js';

/** A `Name: value` line of METADATA or WHEEL. */
export type HeaderField = readonly [name: string, value: string];

/** Everything that some reader of header fields takes for the end of a line, and all other control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const LINE_BREAKING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether a text would end its header line, or hide in it: no value may hold such a character. */
export function breaksLine(text: string): boolean {
  return LINE_BREAKING.test(text);
}

/**
 * Writes header fields, one a line, in UTF-8 and never folded. A value that could end its line is refused,
 * because what follows it would be read as a field of its own. Throws an error of the given code.
 */
export function formatHeaderFields(fields: readonly HeaderField[], code: WheelErrorCode): string {
  return fields
    .map(([name, value]) => {
      if (breaksLine(value)) {
        throw new WheelError(code, `${name} must be one line of text, but is ${quoted(value)}`);
      }
      if (value.trim() === '') throw new WheelError(code, `${name} must not be empty`);
      return `${name}: ${value.trim()}\n`;
    })
    .join('');
}

/**
 * Reads header fields up to the first empty line (RFC 5322 as the core metadata specification uses it). A
 * folded value comes as one line with single spaces. Throws an error of the given code for any other line.
 */
export function parseHeaderFields(text: string, code: WheelErrorCode): HeaderField[] {
  const fields: [string, string][] = [];
  for (const [index, line] of headerLines(text).entries()) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!/^[!-9;-~]+$/.test(name)) {
      throw new WheelError(code, `line ${index + 1} is not a "Name: value" field: ${quoted(line)}`);
    }
    fields.push([name, line.slice(colon + 1).trim()]);
  }
  return fields;
}

function headerLines(text: string): string[] {
  const end = /(?:^|\r?\n)(?:\r?\n|$)/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  return head === '' ? [] : head.split(/\r?\n/);
}

/** The values of one field; names compare without case. */
export function fieldValues(fields: readonly HeaderField[], name: string): string[] {
  const wanted = name.toLowerCase();
  return fields.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}
