import { WheelError } from '../error.js';
import { breaksLine } from '../header-fields.js';

/** Tells one problem of a table; checks go on afterwards. */
export type Report = (key: string, message: string) => void;

/** Looks at one value and reports what is wrong with it under its key. */
export type Check = (value: unknown, key: string, report: Report) => void;

/** Whether a TOML value is a table. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A key below another, quoted where TOML would quote it: `project.urls."Bug Tracker"`. */
export function below(key: string, name: string): string {
  return `${key}.${/^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)}`;
}

/** A text; `refuse` throws a WheelError for those that it doesn't like. */
export function text(refuse: (text: string) => unknown = () => undefined): Check {
  return (value, key, report) => {
    if (typeof value !== 'string') {
      report(key, `must be a text, not ${kindOf(value)}`);
      return;
    }
    attempt(() => refuse(value), key, report);
  };
}

/** A text that becomes a header value: one line, not empty. */
export function line(refuse: (text: string) => unknown = () => undefined): Check {
  return text((value) => {
    if (value.trim() === '') throw new WheelError('bad-metadata', 'must not be empty');
    if (breaksLine(value)) throw new WheelError('bad-metadata', 'must be one line of text');
    return refuse(value);
  });
}

/** Refuses a path, or a pattern of paths, that isn't relative or leads out of the project's folder. */
export function insideProject(path: string): void {
  const outside = path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.split('/').includes('..');
  if (outside || path.includes('\\')) {
    throw new WheelError('bad-metadata', 'must be a path inside the project, relative and with "/"');
  }
}

/** An array whose items all pass a check. */
export function list(item: Check): Check {
  return (value, key, report) => {
    if (!Array.isArray(value)) report(key, `must be an array, not ${kindOf(value)}`);
    else
      value.forEach((element, index) => {
        item(element, `${key}[${index}]`, report);
      });
  };
}

/** A table with any keys, whose values all pass a check; `refuse` throws for a key. */
export function record(item: Check, refuse: (name: string) => unknown = () => undefined): Check {
  return (value, key, report) => {
    if (!isTable(value)) {
      report(key, `must be a table, not ${kindOf(value)}`);
      return;
    }
    for (const [name, element] of Object.entries(value)) {
      attempt(() => refuse(name), below(key, name), report);
      item(element, below(key, name), report);
    }
  };
}

/** A table with known keys only. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  return (value, key, report) => {
    if (!isTable(value)) {
      report(key, `must be a table, not ${kindOf(value)}`);
      return;
    }
    for (const [name, element] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check === undefined)
        report(below(key, name), `is not a known key; known: ${Object.keys(fields).join(', ')}`);
      else check(element, below(key, name), report);
    }
  };
}

/** Runs what may throw a WheelError and reports that, with its hint. */
function attempt(act: () => unknown, key: string, report: Report): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report(key, error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (isTable(value)) return 'a table';
  return value instanceof Date ? 'a date' : `a ${typeof value}`;
}
