import { breaksLine, fieldValues, type HeaderField, parseHeaderFields } from './header-fields.js';
import { quoted, WheelError } from './error.js';

/** The values of one field of METADATA, in their order. Throws `bad-metadata` where the text can't be read. */
export function metadataFields(text: string, name: string): string[] {
  return fieldValues(parseHeaderFields(text, 'bad-metadata'), name);
}

/**
 * METADATA with more fields, behind those that it has; nothing else changes, neither the description nor the ends of
 * lines. A field that is there with the same value isn't added again. Throws `bad-metadata`.
 */
export function addMetadataFields(text: string, fields: readonly HeaderField[]): string {
  const present = parseHeaderFields(text, 'bad-metadata');
  const fresh = fields.filter(([name, value]) => !fieldValues(present, name).includes(value));
  const broken = fresh.find(([, value]) => value.trim() === '' || breaksLine(value));
  if (broken !== undefined)
    throw new WheelError(
      'bad-metadata',
      `${broken[0]} must be one line of text, but is ${quoted(broken[1])}`,
    );
  if (fresh.length === 0) return text;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = fresh.map(([name, value]) => `${name}: ${value}${newline}`).join('');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return text.endsWith('\n') || text === '' ? text + lines : text + newline + lines;
  const at = end.index + newline.length;
  return text.slice(0, at) + lines + text.slice(at);
}
