import { decodeBranch, encodeBranch } from './branch.js';
import { ArtifactError } from './error.js';
import { checkId, checkWord, pythonTagShape, type ArtifactId } from './identity.js';

/**
 * The layouts that have names. Each part of a template is one segment of the key: a word of the identity (`{os}`), the
 * same where there is one (`{branch/}`), or fixed text.
 * @public
 */
export const layouts: Readonly<Record<string, string>> = {
  default: '{branch/}{commit}/{os}/{variant}/{linking}/{python/}',
  mxnet: '{commit}/{linking}/{os}/{variant}/',
};

type Field = keyof ArtifactId;

/** One piece of a layout's path: a word as it is, or the place of a characteristic. */
export type Part =
  | { readonly kind: 'field'; readonly field: Field; readonly optional: boolean }
  | { readonly kind: 'text'; readonly text: string };

/** The order of an identity's words in a key. @public */
export interface Layout {
  readonly template: string;
  readonly parts: readonly Part[];
}

const fields: readonly string[] = ['commit', 'os', 'variant', 'linking', 'branch', 'python'];
const required: readonly Field[] = ['commit', 'os', 'variant', 'linking'];

/** What a segment of each field looks like; the exact check comes after. */
const shapes: Readonly<Record<Field, string>> = {
  commit: '[0-9a-f]{40}|[0-9a-f]{64}',
  os: '[^/]+',
  variant: '[^/]+',
  linking: 'static|dynamic',
  branch: '[^/]+',
  python: pythonTagShape,
};

/**
 * Reads a layout: the name of one, or a template.
 * @throws ArtifactError `invalid-layout`: a template names commit, os, variant and linking once each, for else
 * different artifacts would have the same key, and ends with `/`
 * @public
 */
export function readLayout(nameOrTemplate = 'default'): Layout {
  const template = Object.hasOwn(layouts, nameOrTemplate) ? layouts[nameOrTemplate] : undefined;
  return parseTemplate(template ?? nameOrTemplate);
}

function parseTemplate(template: string): Layout {
  const parts: Part[] = [];
  const token = /\{([a-z]+)(?:\}\/|(\/)\})|([^/{}]+)\//y;
  while (token.lastIndex < template.length) {
    const at = token.lastIndex;
    const [, field, optional, text] = token.exec(template) ?? [];
    if (text !== undefined) {
      checkText(template, text);
      parts.push({ kind: 'text', text });
    } else if (field !== undefined && isField(field)) {
      parts.push({ kind: 'field', field, optional: optional !== undefined });
    } else {
      throw invalid(template, `can't be read from ${JSON.stringify(template.slice(at, at + 20))} on`);
    }
  }
  const named = parts.flatMap((part) => (part.kind === 'field' ? [part.field] : []));
  const repeated = named.find((field, index) => named.indexOf(field) !== index);
  if (repeated !== undefined) throw invalid(template, `has {${repeated}} twice`);
  for (const field of required) {
    const part = parts.find((candidate) => candidate.kind === 'field' && candidate.field === field);
    if (part?.kind !== 'field' || part.optional) throw invalid(template, `has no {${field}}/`);
  }
  if (/\{(?:branch|python)\/\}\{(?:branch|python)\/\}/.test(template)) {
    throw invalid(template, 'has {branch/} beside {python/}: one could be taken for the other');
  }
  return { template, parts };
}

/**
 * The prefix of an artifact's keys, with `/` at its end. A layout without a place for the branch leaves it out; one
 * without a place for the Python is refused, for two Pythons' libraries would collide.
 * @throws ArtifactError `invalid-commit`, `invalid-word`, `invalid-layout`
 * @public
 */
export function formatPrefix(layout: Layout, unchecked: ArtifactId): string {
  const id = checkId(unchecked);
  if (id.python !== null && !layout.parts.some((part) => part.kind === 'field' && part.field === 'python')) {
    throw invalid(layout.template, `has no place for the Python ${id.python}`);
  }
  const segments = layout.parts.flatMap((part) => {
    if (part.kind === 'text') return [part.text];
    const value = id[part.field];
    if (value !== null) return [part.field === 'branch' ? encodeBranch(value) : value];
    if (part.optional) return [];
    throw invalid(layout.template, `needs a ${part.field}`);
  });
  return `${segments.join('/')}/`;
}

/** A key taken apart. @public */
export interface ParsedKey {
  readonly id: ArtifactId;
  readonly prefix: string;
  /** What follows the prefix: `libmxnet.so`, `licenses/LICENSE`. */
  readonly rest: string;
}

/**
 * Takes a key apart: the reverse of `formatPrefix`.
 * @returns `undefined` for a key that isn't of this layout
 * @public
 */
export function parseKey(layout: Layout, key: string): ParsedKey | undefined {
  const pattern = layout.parts.map((part) => {
    if (part.kind === 'text') return `${escapePattern(part.text)}/`;
    const segment = `(?<${part.field}>${shapes[part.field]})/`;
    return part.optional ? `(?:${segment})?` : segment;
  });
  const match = new RegExp(`^(?<prefix>${pattern.join('')})(?<rest>.*)$`, 's').exec(key);
  const groups: Readonly<Record<string, string | undefined>> | undefined = match?.groups;
  if (groups === undefined) return undefined;
  const { commit = '', os = '', variant = '', linking = '', prefix = '', rest = '' } = groups;
  const branch = groups['branch'] === undefined ? null : decodeBranch(groups['branch']);
  if (branch === undefined || (linking !== 'static' && linking !== 'dynamic')) return undefined;
  const id: ArtifactId = { commit, os, variant, linking, branch, python: groups['python'] ?? null };
  try {
    return formatPrefix(layout, id) === prefix ? { id, prefix, rest } : undefined;
  } catch {
    return undefined;
  }
}

function isField(text: string): text is Field {
  return fields.includes(text);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function checkText(template: string, text: string): void {
  try {
    checkWord('fixed text', text);
  } catch (cause) {
    throw invalid(template, `has the fixed text ${JSON.stringify(text)}, which can't stand in a key`, cause);
  }
}

function invalid(template: string, complaint: string, cause?: unknown): ArtifactError {
  return new ArtifactError('invalid-layout', `The layout ${JSON.stringify(template)} ${complaint}.`, {
    hint: `Known by name: ${Object.keys(layouts).join(', ')}. Or a template such as ${layouts['default'] ?? ''}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
