import { createHash } from 'node:crypto';
import { type RawEnd, type RawMember, rawZip } from './raw-zip.js';

/** Where a wheel differs from a sound one. Everything that isn't named is sound, RECORD too. */
export interface WheelChange {
  readonly filename?: string;
  /** The folder's name; `ops-1.0.dist-info`. */
  readonly distInfo?: string;
  readonly metadata?: string;
  readonly wheel?: string;
  readonly entryPoints?: string;
  /** Files beside the package's own, before dist-info. */
  readonly files?: readonly RawMember[];
  /** Changes RECORD's text. */
  readonly record?: (text: string) => string;
  /** Changes the members when their RECORD is made already. */
  readonly members?: (members: RawMember[]) => RawMember[];
  readonly end?: RawEnd;
  readonly bytes?: (wheel: Buffer) => Buffer;
}

/** A wheel as bytes, and the name that it claims. */
export interface MadeWheel {
  readonly filename: string;
  readonly bytes: Buffer;
}

export const SOUND_METADATA = `Metadata-Version: 2.4
Name: ops
Version: 1.0
Summary: Operators
License-Expression: Apache-2.0
License-File: LICENSE
`;

export const SOUND_WHEEL = `Wheel-Version: 1.0
Generator: test
Root-Is-Purelib: true
Tag: py3-none-any
`;

/**
 * Builds a small wheel, made of bytes without any code of the packages under test: sound, but for what the
 * change asks.
 */
export function madeWheel(change: WheelChange = {}): MadeWheel {
  const distInfo = change.distInfo ?? 'ops-1.0.dist-info';
  const members: RawMember[] = [
    { name: 'ops/__init__.py', content: 'def main():\n    return 0\n' },
    ...(change.files ?? []),
    { name: `${distInfo}/METADATA`, content: change.metadata ?? SOUND_METADATA },
    { name: `${distInfo}/WHEEL`, content: change.wheel ?? SOUND_WHEEL },
    ...(change.entryPoints === undefined
      ? []
      : [{ name: `${distInfo}/entry_points.txt`, content: change.entryPoints }]),
    { name: `${distInfo}/licenses/LICENSE`, content: 'Apache License\n' },
  ];
  const rows = members.map(({ name, content = '' }) => {
    const sha256 = createHash('sha256').update(content).digest('base64url');
    return `${String(name)},sha256=${sha256},${Buffer.byteLength(content)}\n`;
  });
  const record = `${distInfo}/RECORD`;
  const text = (change.record ?? ((sound) => sound))(`${rows.join('')}${record},,\n`);
  const all = (change.members ?? ((sound) => sound))([...members, { name: record, content: text }]);
  const bytes = rawZip(all, change.end);
  return {
    filename: change.filename ?? 'ops-1.0-py3-none-any.whl',
    bytes: (change.bytes ?? ((sound) => sound))(bytes),
  };
}
