import { StoreError } from './error.js';

/** S3's limit, in UTF-8 bytes. */
const longestKey = 1024;
/** A segment becomes a file name in a folder, where 255 bytes is the usual limit. */
const longestSegment = 255;
/** C0 controls with NUL, DEL, and the separator of Windows: none survives every file system and listing. */
// eslint-disable-next-line no-control-regex -- these very characters are what is looked for
const forbidden = /[\u0000-\u001f\u007f\\]/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Refuses a key that could not be stored, or that would mean another place, in any of our stores.
 * Out of it come segments that are safe to join to a folder.
 * @param key - names separated by `/`, at most 1024 bytes of UTF-8, each name at most 255
 * @returns the names
 * @throws StoreError `invalid-key`
 * @public
 */
export function checkKey(key: string): readonly string[] {
  checkCharacters(key);
  const segments = key.split('/');
  for (const segment of segments) checkSegment(key, segment);
  return segments;
}

/**
 * Refuses a prefix under which no valid key can lie. Its last segment may be incomplete or empty.
 * @throws StoreError `invalid-key`
 * @internal
 */
export function checkPrefix(prefix: string): readonly string[] {
  if (prefix === '') return [''];
  checkCharacters(prefix);
  const segments = prefix.split('/');
  for (const segment of segments.slice(0, -1)) checkSegment(prefix, segment);
  return segments;
}

/** Whether a name that was found in a folder can be a segment of a key. @internal */
export function isSegment(name: string): boolean {
  return isKey(name) && !name.includes('/');
}

/** Whether a name that was found in a bucket can be a key. @internal */
export function isKey(name: string): boolean {
  try {
    checkKey(name);
    return true;
  } catch {
    return false;
  }
}

function checkCharacters(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0) throw invalid(key, 'is empty');
  if (bytes > longestKey) throw invalid(key, `has ${bytes} bytes; at most ${longestKey} are allowed`);
  if (forbidden.test(key)) throw invalid(key, 'has a control character or a backslash');
  if (loneSurrogate.test(key)) throw invalid(key, 'is not well-formed Unicode');
}

function checkSegment(key: string, segment: string): void {
  if (segment === '') throw invalid(key, "has an empty name: it begins or ends with '/', or has '//'");
  if (segment === '.' || segment === '..') throw invalid(key, `has the name '${segment}'`);
  if (Buffer.byteLength(segment) > longestSegment) {
    throw invalid(key, `has a name of more than ${longestSegment} bytes`);
  }
}

function invalid(key: string, complaint: string): StoreError {
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}...` : key);
  return new StoreError('invalid-key', `The key ${shown} ${complaint}.`, {
    key,
    hint: "A key is names separated by single '/', without '.', '..', control characters and backslashes.",
  });
}
