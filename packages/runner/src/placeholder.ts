import { RunnerError } from './error.js';

/** What `{name}` stands for; an absent name is a mistake of whoever wrote it. */
export type Placeholders = Readonly<Record<string, string>>;

// `${name}` belongs to other programs, `{{name}}` is a literal `{name}`; JSON's braces don't look like a name.
const PATTERN = /\{\{([a-z][a-z-]*)\}\}|(?<!\$)\{([a-z][a-z-]*)\}/g;

/**
 * Fills `{variant}`, `{prefix}` ... into one argument. The value stays inside the argument, whatever is in it:
 * no word is split off, nothing is read by a shell, and a value isn't searched for placeholders again.
 *
 * @throws {@link RunnerError} `bad-request` on a name that isn't known
 */
export function substitute(argument: string, values: Placeholders, origin: string): string {
  return argument.replace(PATTERN, (_match, literal: string | undefined, name: string | undefined) => {
    if (name === undefined) return `{${literal ?? ''}}`;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    if (name === 'variant') {
      throw new RunnerError(
        'bad-request',
        `${origin}: '${argument}' uses {variant}, and no variant was asked for`,
        {
          hint: 'name one: --variant WORD',
        },
      );
    }
    throw new RunnerError('bad-request', `${origin}: '${argument}' has the unknown placeholder {${name}}`, {
      hint: `known: ${Object.keys(values).join(', ')}; write {{${name}}} if the braces are meant`,
    });
  });
}

/** {@link substitute} over the values of an environment. */
export function substituteAll(
  env: Readonly<Record<string, string>>,
  values: Placeholders,
  origin: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, substitute(value, values, `${origin}.${name}`)]),
  );
}
