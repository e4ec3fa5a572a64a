import { quoted } from '../error.js';
import { FLAG_DATA_DESCRIPTOR } from '../zip/constants.js';
import type { Member } from './headers.js';
import type { Report } from './rule.js';

/** The bytes of the archive that a member takes: local header and data. */
export interface Extent {
  readonly member: Member;
  readonly end: number;
}

/**
 * Every member lies before the central directory and on no other; together they leave no byte unexplained. A
 * program that reads the archive from its start must find what one finds that reads the directory.
 */
export function checkExtents(extents: readonly Extent[], start: number, report: Report): void {
  const sorted = [...extents].sort((a, b) => a.member.offset - b.member.offset || a.end - b.end);
  let covered = 0;
  let last: Member | undefined;
  for (const { member, end } of sorted) {
    if (member.offset < covered && last !== undefined) {
      report(
        'overlapping-members',
        member.name,
        `${quoted(last.name)} and ${quoted(member.name)} share bytes`,
      );
    } else if (member.offset > covered && (last === undefined || (last.flags & FLAG_DATA_DESCRIPTOR) === 0)) {
      const where =
        last === undefined
          ? `before ${quoted(member.name)}`
          : `between ${quoted(last.name)} and ${quoted(member.name)}`;
      report('stray-bytes', member.name, `${member.offset - covered} bytes ${where} belong to no member`);
    }
    if (end > covered) [covered, last] = [end, member];
  }
  if (covered < start && (last === undefined || (last.flags & FLAG_DATA_DESCRIPTOR) === 0))
    report('stray-bytes', null, `${start - covered} bytes before the central directory belong to no member`);
}
