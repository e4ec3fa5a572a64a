import { parseRecord, WheelError, type WheelMember } from '@wheelwright/wheel';

/** RECORD has a line for each file: no wheel's is larger. */
const MAX_RECORD = 1 << 26;

/**
 * The members of a wheel in RECORD's order, which is the order that auditwheel sees: where a name says nothing, the
 * first file decides what a wheel is for. Members that RECORD doesn't list follow as the archive has them: pip
 * unpacks them all the same. A RECORD that can't be read is the verifier's to tell; then the archive's order holds.
 */
export async function inRecordOrder(members: readonly WheelMember[]): Promise<WheelMember[]> {
  const place = await placesInRecord(members);
  const rank = ({ name }: WheelMember): number => place.get(name) ?? Infinity;
  return members.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

async function placesInRecord(members: readonly WheelMember[]): Promise<ReadonlyMap<string, number>> {
  const record = members.find(({ name }) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) return new Map();
  try {
    const rows = parseRecord(new TextDecoder().decode(await record.bytes(MAX_RECORD)));
    return new Map(rows.map(({ path }, index) => [path, index]));
  } catch (error) {
    if (error instanceof WheelError) return new Map();
    throw error;
  }
}
