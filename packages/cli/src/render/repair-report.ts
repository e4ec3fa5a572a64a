import { relative } from 'node:path';
import type { RepairResult } from '@wheelwright/repair';
import type { Style } from '../terminal/style.js';
import { fields } from './fields.js';
import { formatSize } from './size.js';

/** The JSON fields of `repair`: a contract with other programs. */
export function repairDocument(path: string, result: RepairResult): object {
  const { written } = result;
  const file =
    written === undefined
      ? { wheel: null, filename: null, size: null, sha256: null }
      : {
          wheel: written.path,
          filename: written.filename,
          size: written.size,
          sha256: written.sha256,
        };
  if (result.kind === 'pure') return { path, pure: true, ...file };
  const { plan, grafted, debugArchive } = result;
  return {
    path,
    pure: false,
    ...file,
    filename: plan.fileName,
    policy: plan.policy,
    platform: plan.verdict.platform,
    tags: plan.platforms,
    grafted: grafted.map(({ graft, owner }) => ({
      name: graft.name,
      member: graft.member,
      from: graft.from,
      sha256: graft.sha256,
      names: graft.names,
      package: owner?.name ?? null,
      version: owner?.version ?? null,
      purl: owner?.purl ?? null,
    })),
    patched: plan.members.map(({ member, to, changes, dropped }) => ({ file: member, to, changes, dropped })),
    providers: plan.providers,
    drivers: plan.drivers,
    libpython: plan.libpython,
    debugArchive: debugArchive ?? null,
  };
}

/** What was brought along and changed, and under which name the wheel now is. */
export function describeRepair(path: string, result: RepairResult, cwd: string, style: Style): string {
  const { written } = result;
  const shown = (file: string): string => {
    const way = relative(cwd, file);
    return way.startsWith('..') ? file : way;
  };
  if (result.kind === 'pure') {
    const where = written === undefined ? '' : `; it was copied to ${shown(written.path)}`;
    return `${style.bold(path)}: no native code, nothing to repair${where}`;
  }
  const { plan, grafted, debugArchive } = result;
  const title =
    written === undefined
      ? `${style.bold(path)} would become ${style.bold(plan.fileName)}`
      : `${style.green('✔')} ${style.bold(shown(written.path))}`;
  const dropped = plan.members.flatMap(({ member, dropped: entries }) =>
    entries.map((entry) => `${member}: ${entry === '' ? 'an empty entry' : entry}`),
  );
  return [
    title,
    fields([
      ['tag', plan.platforms.join('.')],
      ['grafted', grafted.length === 0 ? 'nothing' : grafted.map(graftLine).join('\n')],
      [
        'patched',
        plan.members.map(({ member, to }) => (to === member ? member : `${member} -> ${to}`)).join('\n'),
      ],
      ['dropped', dropped.join('\n')],
      [
        'provided',
        plan.providers.map(({ library, requirement }) => `${library} by ${requirement}`).join('\n'),
      ],
      ['drivers', plan.drivers.map((library) => `${library} is left to the machine's driver`).join('\n')],
      [
        'libpython',
        plan.libpython.map(({ file, library }) => `${file} no longer needs ${library}`).join('\n'),
      ],
      ['debug', debugArchive === undefined ? undefined : shown(debugArchive)],
      ['size', written === undefined ? undefined : `${formatSize(written.size)}, sha256 ${written.sha256}`],
    ]),
  ].join('\n');
}

function graftLine({ graft, owner }: Extract<RepairResult, { kind: 'repaired' }>['grafted'][number]): string {
  const from = owner === undefined ? graft.found : `${graft.found}, ${owner.name} ${owner.version}`;
  return `${graft.names.join(', ')} -> ${graft.member} (${from})`;
}
