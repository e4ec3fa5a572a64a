import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** One thing that is wrong in a table: where (a dotted key) and what. */
export interface Problem {
  readonly key: string;
  readonly message: string;
}

/**
 * Turns a schema's complaints into one problem per key. A key that doesn't exist is answered with the known
 * keys' nearest, because most of them are slips of the pen.
 */
export function problemsOf(error: z.ZodError, schema: z.ZodType, prefix: string): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const key = keyOf(prefix, issue.path);
    if (issue.code !== 'unrecognized_keys') return [{ key, message: issue.message }];
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((unknown) => ({
      key: keyOf(key, [unknown]),
      message:
        known.length === 0
          ? 'is not a known key'
          : `is not a known key; did you mean ${nearest(unknown, known)}?`,
    }));
  });
}

/** `tool.wheelwright` and `['libraries', 0, 'from']` give `tool.wheelwright.libraries[0].from`. */
function keyOf(prefix: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (key, step) => (typeof step === 'number' ? `${key}[${step}]` : `${key}.${String(step)}`),
    prefix,
  );
}

/** The known key with the fewest letters changed; of two, the one that begins alike, as a slip rarely hits the start. */
function nearest(unknown: string, known: readonly string[]): string {
  const alike = (key: string): number =>
    Array.from(key).findIndex((letter, index) => letter !== unknown[index]);
  const ranked = known.toSorted((a, b) => distance(a, unknown) - distance(b, unknown) || alike(b) - alike(a));
  return ranked[0] ?? '';
}

/** The keys that a schema accepts at a path of its data. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const table = path.reduce<unknown>((current, step) => child(current, step), schema);
  const object = unwrap(table);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function child(schema: unknown, step: PropertyKey): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return (inner.shape as Record<PropertyKey, unknown>)[step];
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return undefined;
}

/** Takes optional and default wrappers off. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema;
}
