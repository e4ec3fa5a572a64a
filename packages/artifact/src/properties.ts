import { ArtifactError } from './error.js';

/** Larger files are no meta files of ours, and are refused before they are read. */
export const largestPropertyFile = 10 * 1024 * 1024;

/**
 * Writes a Java property file (java.util.Properties): sorted `key=value` lines of ASCII, everything else escaped.
 * @returns text of ASCII characters with a newline after each line
 * @internal
 */
export function formatProperties(properties: ReadonlyMap<string, string>): string {
  return [...properties]
    .map(([key, value]) => `${escape(key).replaceAll(' ', '\\ ')}=${escape(value).replace(/^ /, '\\ ')}\n`)
    .sort()
    .join('');
}

const shortEscapes = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\f', '\\f'],
]);
const shortMeanings = new Map([...shortEscapes].map(([character, written]) => [written.slice(1), character]));

function escape(text: string): string {
  // By UTF-16 units, as Java's strings are.
  return text.replace(/[\\=:#!]|[^ -~]/g, (character) => {
    if (/[\\=:#!]/.test(character)) return `\\${character}`;
    const short = shortEscapes.get(character);
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * Reads a Java property file as java.util.Properties does: comments, continued lines, `=`, `:` or white space between
 * key and value, escapes, Latin-1. Stricter in what Java lets pass: a key twice and a NUL are errors.
 * @param bytes - at most 10 MiB
 * @throws ArtifactError `malformed-meta` with the number of the line
 * @internal
 */
export function parseProperties(bytes: Uint8Array): ReadonlyMap<string, string> {
  if (bytes.byteLength > largestPropertyFile) {
    throw malformed(`has ${bytes.byteLength} bytes; at most ${largestPropertyFile} are allowed`);
  }
  const properties = new Map<string, string>();
  for (const { text, line } of logicalLines(Buffer.from(bytes).toString('latin1'))) {
    const { key, value } = splitLine(text);
    const name = unescape(key, line);
    if (properties.has(name)) throw malformed(`has the key ${JSON.stringify(name)} twice`, line);
    const content = unescape(value, line);
    if (name.includes('\0') || content.includes('\0')) throw malformed('has a NUL character', line);
    properties.set(name, content);
  }
  return properties;
}

interface LogicalLine {
  readonly text: string;
  /** The number of its first line, from 1. */
  readonly line: number;
}

/** A line that ends with an odd number of backslashes goes on in the next one, without that one's indentation. */
function* logicalLines(content: string): Generator<LogicalLine> {
  const lines = content.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    const parts = [(lines[index] ?? '').replace(/^[ \t\f]+/, '')];
    if (parts[0] === '' || /^[#!]/.test(parts[0] ?? '')) continue;
    while (goesOn(parts.at(-1) ?? '')) {
      parts.push(parts.pop()?.slice(0, -1) ?? '');
      index += 1;
      if (index >= lines.length) break;
      parts.push((lines[index] ?? '').replace(/^[ \t\f]+/, ''));
    }
    yield { text: parts.join(''), line };
  }
}

/** Whether a line ends with an odd number of backslashes. */
function goesOn(line: string): boolean {
  let start = line.length;
  while (start > 0 && line[start - 1] === '\\') start -= 1;
  return (line.length - start) % 2 === 1;
}

/** The key ends at the first `=`, `:` or white space without a backslash before it. */
function splitLine(text: string): { readonly key: string; readonly value: string } {
  // A loop: a regular expression would need a stack as deep as a hostile line is long.
  let end = 0;
  while (end < text.length && !/[=: \t\f]/.test(text[end] ?? '')) end += text[end] === '\\' ? 2 : 1;
  const key = text.slice(0, end);
  const value = text.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return { key, value };
}

function unescape(text: string, line: number): string {
  return text.replace(/\\(u[0-9A-Fa-f]{4}|u|.|$)/gs, (_, escaped: string) => {
    if (escaped === 'u') throw malformed('has an escape \\u without four hex digits', line);
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return shortMeanings.get(escaped) ?? escaped;
  });
}

function malformed(complaint: string, line?: number): ArtifactError {
  const where = line === undefined ? '' : ` in line ${line}`;
  return new ArtifactError('malformed-meta', `The property file ${complaint}${where}.`);
}
