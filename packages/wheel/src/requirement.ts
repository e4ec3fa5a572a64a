import { quoted, WheelError } from './error.js';
import { breaksLine } from './header-fields.js';
import { checkMarker } from './marker.js';
import { checkName, normaliseExtra } from './name.js';
import { parseVersion } from './version.js';

/** A requirement taken apart as far as Requires-Dist needs it (PEP 508). */
export interface Requirement {
  readonly name: string;
  readonly extras: readonly string[];
  /** `>=1.0,<2`, empty for any version. */
  readonly specifier: string;
  readonly url?: string;
  readonly marker?: string;
}

const PARTS = /^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?\s*(.*)$/;

/** Reads a requirement such as `numpy[dev]>=1.20; python_version < "3.12"`. Throws `bad-metadata`. */
export function parseRequirement(text: string): Requirement {
  const match = breaksLine(text) ? null : PARTS.exec(text.trim());
  if (match === null) throw badRequirement(text, 'it does not start with a name');
  const [, name = '', extraList = '', rest = ''] = match;
  try {
    checkName(name);
    const extras = extraList
      .split(',')
      .filter((extra, _, all) => extra.trim() !== '' || all.length > 1)
      .map((extra) => normaliseExtra(extra.trim()));
    const { head, marker } = rest.startsWith('@') ? splitUrl(rest) : splitSpecifier(rest);
    if (marker !== undefined) checkMarker(marker);
    return {
      name,
      extras,
      ...(rest.startsWith('@') ? { specifier: '', url: head } : { specifier: checkedSpecifier(head) }),
      ...(marker === undefined ? {} : { marker }),
    };
  } catch (cause) {
    throw badRequirement(text, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** The requirement as a Requires-Dist value; with `extra`, only for those who ask for that extra. */
export function requiresDist(requirement: Requirement, extra?: string): string {
  const { name, extras, specifier, url, marker } = requirement;
  const head = `${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}${specifier}`;
  const conditions =
    extra === undefined
      ? marker
      : `${marker === undefined ? '' : `(${marker}) and `}extra == '${normaliseExtra(extra)}'`;
  // A URL ends at white space only, so the marker's semicolon stands apart.
  const full = url === undefined ? head : `${head} @ ${url} `;
  return conditions === undefined ? full.trim() : `${full}; ${conditions}`;
}

/** Checks a set of version specifiers (PEP 440), as Requires-Python holds one too. Throws `bad-metadata`. */
export function checkedSpecifier(text: string): string {
  const bare = /^\((.*)\)$/.exec(text.trim())?.[1] ?? text;
  const clauses = bare.split(',').map((clause) => clause.trim().replace(/^([=~!<>]+)\s+/, '$1'));
  if (bare.trim() === '') return '';
  // A trailing comma is allowed.
  if (clauses.length > 1 && clauses.at(-1) === '') clauses.pop();
  const wrong = clauses.find((clause) => !isClause(clause));
  if (wrong !== undefined) {
    throw new WheelError('bad-metadata', `${quoted(wrong)} is not a version specifier`, {
      hint: 'Specifiers look like >=1.20, ~=1.4, ==1.9.*, !=2.0 and are joined by commas.',
    });
  }
  return clauses.join(',');
}

/** One clause of a specifier set (PEP 440): an operator, and a version of the form that it takes. */
function isClause(clause: string): boolean {
  const [, operator, rest = ''] = /^(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$/.exec(clause) ?? [];
  if (operator === undefined) return false;
  // Arbitrary equality compares texts.
  if (operator === '===') return !/[;)]/.test(rest);
  const equality = operator === '==' || operator === '!=';
  const prefix = equality && rest.endsWith('.*');
  const version = parseVersion(prefix ? rest.slice(0, -2) : rest);
  if (version === undefined) return false;
  const { release, pre, post, dev, local } = version;
  if (prefix) return [pre, post, dev, local].every((part) => part === undefined);
  if (local !== undefined) return equality;
  return operator !== '~=' || release.length > 1;
}

function splitSpecifier(rest: string): { head: string; marker?: string } {
  const semicolon = rest.indexOf(';');
  if (semicolon < 0) return { head: rest };
  return { head: rest.slice(0, semicolon), marker: rest.slice(semicolon + 1).trim() };
}

function splitUrl(rest: string): { head: string; marker?: string } {
  const match = /^@\s*(\S+)(?:\s+;(.*)|\s*)$/.exec(rest);
  const [, url = '', marker] = match ?? [];
  if (!URL.canParse(url)) throw new WheelError('bad-metadata', `${quoted(rest)} is not "@ URL"`);
  return { head: url, ...(marker === undefined ? {} : { marker: marker.trim() }) };
}

function badRequirement(text: string, reason: string, cause?: unknown): WheelError {
  return new WheelError('bad-metadata', `${quoted(text)} is not a requirement: ${reason}`, {
    hint: 'Requirements look like: numpy>=1.20; python_version < "3.12" (PEP 508)',
    cause,
  });
}
