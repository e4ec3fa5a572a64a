import { quoted, WheelError } from './error.js';
import { breaksLine } from './header-fields.js';
import type { Project } from './project/project.js';

const DOTTED = '[\\p{XIDS}_]\\p{XIDC}*(?:\\.[\\p{XIDS}_]\\p{XIDC}*)*';
let reference: RegExp | undefined;
/** Made when it's first asked for: Unicode's classes take 10 ms, which no reader of a wheel should wait for. */
const referencePattern = (): RegExp =>
  (reference ??= new RegExp(`^${DOTTED}(?:\\s*:\\s*${DOTTED})?(?:\\s*\\[[\\w\\s,.-]*\\])?$`, 'u'));

/**
 * The text of `entry_points.txt` (PyPA entry points specification) from `scripts`, `gui-scripts` and
 * `entry-points`: groups and names sorted. `undefined` where a project has none. Throws `bad-entry-point`.
 */
export function entryPointsText(project: Project): string | undefined {
  const groups: [string, Readonly<Record<string, string>> | undefined][] = [
    ['console_scripts', project.scripts],
    ['gui_scripts', project['gui-scripts']],
    ...sortedEntries(project['entry-points'] ?? {}),
  ];
  const sections = groups.flatMap(([group, entries = {}]) => {
    const lines = sortedEntries(entries).map(([name, reference]) => `${name} = ${reference}\n`);
    return lines.length === 0 ? [] : [`[${group}]\n${lines.join('')}`];
  });
  for (const name of ['scripts', 'gui-scripts'] as const) {
    for (const [script, reference] of Object.entries(project[name] ?? {})) {
      checkScriptName(script);
      checkScriptReference(reference);
    }
  }
  for (const [group, entries] of Object.entries(project['entry-points'] ?? {})) {
    checkEntryPointGroup(group);
    for (const [name, reference] of Object.entries(entries)) {
      checkEntryPointName(name);
      checkObjectReference(reference);
    }
  }
  return sections.length === 0 ? undefined : sections.join('\n');
}

/** Refuses a script name that could not be a file's name on every system. */
export function checkScriptName(name: string): void {
  if (!/^[A-Za-z0-9_][\w.-]*$/.test(name)) throw bad(`${quoted(name)} cannot be the name of a command`);
}

/** Refuses an entry point's name that its line or its section could be mistaken for. */
export function checkEntryPointName(name: string): void {
  if (breaksLine(name) || !/^[^\s=[](?:[^=]*[^\s=])?$/.test(name) || /^[#;]/.test(name)) {
    throw bad(`${quoted(name)} cannot be the name of an entry point`);
  }
}

/** Refuses a group's name that isn't words joined by dots, and those that have a table of their own. */
export function checkEntryPointGroup(group: string): void {
  if (group === 'console_scripts' || group === 'gui_scripts') {
    throw bad(
      `${group} has a table of its own: project.${group === 'console_scripts' ? 'scripts' : 'gui-scripts'}`,
    );
  }
  if (!/^\w+(?:\.\w+)*$/.test(group)) throw bad(`${quoted(group)} cannot be the name of a group`);
}

/** Refuses what doesn't read `module`, `module:object` or either with extras. */
export function checkObjectReference(reference: string): void {
  if (breaksLine(reference) || !referencePattern().test(reference.trim())) {
    throw bad(`${quoted(reference)} is not an object reference such as package.module:function`);
  }
}

/** A command calls a function, so that its reference names one. */
export function checkScriptReference(reference: string): void {
  checkObjectReference(reference);
  if (!reference.includes(':'))
    throw bad(`${quoted(reference)} names no function: write package.module:function`);
}

function sortedEntries<T>(table: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
}

function bad(message: string): WheelError {
  return new WheelError('bad-entry-point', message);
}
