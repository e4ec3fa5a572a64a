import { quoted, WheelError } from './error.js';

/** One row of RECORD. RECORD's own row has neither hash nor size. */
export interface RecordRow {
  readonly path: string;
  /** `sha256=` and the digest in URL-safe base64 without padding. */
  readonly hash?: string;
  readonly size?: number;
}

/** A digest in the notation of RECORD. */
export function recordHash(sha256: Buffer): string {
  return `sha256=${sha256.toString('base64url')}`;
}

/** Writes RECORD: CSV with `\n` line ends and quotes where needed (PEP 376, PEP 627). */
export function formatRecord(rows: readonly RecordRow[]): string {
  return rows.map(({ path, hash = '', size = '' }) => `${csvField(path)},${hash},${size}\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Reads RECORD. Rows come in their order; empty lines, which Python's reader passes over, are no rows.
 * Throws `bad-record` with the line for anything that isn't a path, a hash or nothing, a size or nothing.
 */
export function parseRecord(text: string): RecordRow[] {
  return csvRows(text).map(({ line, fields }) => {
    const [path, hash, size] = fields;
    if (fields.length !== 3 || path === undefined || hash === undefined || size === undefined) {
      throw badRecord(line, `has ${fields.length} fields, not 3`);
    }
    if (path === '') throw badRecord(line, 'names no file');
    if (hash !== '' && !/^[A-Za-z0-9_-]+=[A-Za-z0-9_-]+$/.test(hash)) {
      throw badRecord(line, `has ${quoted(hash)} for a hash, not algorithm=base64`);
    }
    if (size !== '' && !(/^\d+$/.test(size) && Number.isSafeInteger(Number(size)))) {
      throw badRecord(line, `has ${quoted(size)} for a size`);
    }
    return { path, ...(hash === '' ? {} : { hash }), ...(size === '' ? {} : { size: Number(size) }) };
  });
}

interface CsvRow {
  readonly line: number;
  readonly fields: string[];
}

/** A field and what ends it: quoted (where only a doubled quote is a quote), or plain up to the next separator. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;

function csvRows(text: string): CsvRow[] {
  return text.includes('"') ? quotedRows(text) : plainRows(text);
}

/** Without quotes, as nearly every RECORD is, every comma and every line end is a separator. */
function plainRows(text: string): CsvRow[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((row, index) => ({ line: index + 1, fields: row.split(',') }))
    .filter(({ fields }) => fields.length > 1 || fields[0] !== '');
}

function quotedRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let row: CsvRow = { line, fields: [] };
  const field = new RegExp(FIELD);
  while (field.lastIndex < text.length || row.fields.length > 0) {
    const match = field.exec(text);
    if (match === null) throw badRecord(line, 'is not CSV: a quote stands where none may');
    const [whole, inQuotes, plain = '', separator = ''] = match;
    row.fields.push(inQuotes?.replaceAll('""', '"') ?? plain);
    line += whole.split(/\r\n|\r|\n/).length - 1;
    if (separator === ',') continue;
    if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
    row = { line, fields: [] };
    if (separator === '') break;
  }
  return rows;
}

function badRecord(line: number, what: string): WheelError {
  return new WheelError('bad-record', `RECORD, line ${line}: ${what}`, {
    hint: 'RECORD is CSV with the columns path, hash and size (PEP 376, PEP 627).',
  });
}
