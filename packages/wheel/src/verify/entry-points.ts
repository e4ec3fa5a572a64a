import {
  checkEntryPointName,
  checkObjectReference,
  checkScriptName,
  checkScriptReference,
} from '../entry-points.js';
import { quoted, WheelError } from '../error.js';
import type { Report } from './rule.js';

/** Judges entry_points.txt, an INI file as Python's configparser reads it (PyPA entry points specification). */
export function checkEntryPoints(text: string, member: string, report: Report): void {
  let group: string | undefined;
  const seen = new Set<string>();
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    const wrong = (message: string): void => {
      report('entry-points-syntax', member, `entry_points.txt, line ${index + 1}: ${message}`);
    };
    if (line === '' || /^[#;]/.test(line)) continue;
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      group = section.trim();
      if (seen.has(`[${group}]`)) wrong(`the section ${quoted(group)} is there twice`);
      seen.add(`[${group}]`);
      attempt(
        () => {
          checkGroup(group ?? '');
        },
        member,
        report,
      );
      continue;
    }
    const [, name, reference] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (group === undefined) wrong(`${quoted(line)} stands before any section`);
    else if (name === undefined || reference === undefined)
      wrong(`${quoted(line)} is not "name = reference"`);
    else {
      if (seen.has(`${group}\0${name}`)) wrong(`${quoted(name)} is there twice in ${quoted(group)}`);
      seen.add(`${group}\0${name}`);
      const script = group === 'console_scripts' || group === 'gui_scripts';
      attempt(
        () => {
          (script ? checkScriptName : checkEntryPointName)(name);
        },
        member,
        report,
      );
      attempt(
        () => {
          (script ? checkScriptReference : checkObjectReference)(reference);
        },
        member,
        report,
      );
    }
  }
}

function checkGroup(group: string): void {
  if (!/^\w+(?:[.-]\w+)*$/.test(group))
    throw new WheelError('bad-entry-point', `${quoted(group)} cannot be the name of a group`);
}

function attempt(act: () => void, member: string, report: Report): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report('entry-points-invalid', member, `entry_points.txt: ${error.message}`);
  }
}
