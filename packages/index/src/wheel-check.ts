import { createHash } from 'node:crypto';
import { type ByteSource, openWheel, parseRecord, recordHash, WheelError } from '@wheelwright/wheel';
import { badWheel } from './wheel-facts.js';

const largestRecord = 64 * 1024 * 1024;

/**
 * Compares every file of a wheel with RECORD, and RECORD with the files.
 * @throws IndexError `bad-wheel` with the first things that are wrong
 */
export async function checkWheel(
  source: ByteSource,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let problems: readonly string[];
  try {
    problems = await compareWithRecord(source, signal);
  } catch (cause) {
    if (!(cause instanceof WheelError) || cause.code === 'io') throw cause;
    throw badWheel(path, cause.message, cause);
  }
  if (problems.length > 0) throw badWheel(path, problems.slice(0, 5).join('; '));
}

async function compareWithRecord(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { members } = await openWheel(source);
  const record = members.find(({ name }) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) return ['it has no RECORD'];
  const text = Buffer.from(await record.bytes(largestRecord)).toString();
  const rows = new Map(parseRecord(text).map((row) => [row.path, row]));
  const problems: string[] = [];
  for (const member of members) {
    signal?.throwIfAborted();
    const row = rows.get(member.name);
    rows.delete(member.name);
    if (row === undefined) {
      if (!/^[^/]+\.dist-info\/RECORD\.(?:jws|p7s)$/.test(member.name)) {
        problems.push(`${member.name} is not in RECORD`);
      }
      continue;
    }
    if (member === record) continue;
    const hash = createHash('sha256');
    for await (const chunk of await member.stream()) hash.update(chunk as Uint8Array);
    if (row.hash !== recordHash(hash.digest())) problems.push(`${member.name} has not the hash of RECORD`);
    if (row.size !== undefined && row.size !== member.size)
      problems.push(`${member.name} has not the size of RECORD`);
  }
  for (const name of rows.keys()) problems.push(`${name} is in RECORD, and not in the wheel`);
  return problems;
}
