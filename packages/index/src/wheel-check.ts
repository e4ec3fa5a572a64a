import { verifyWheelFile } from '@wheelwright/wheel';
import { badWheel } from './wheel-facts.js';

/** How many problems an error names; `wheelwright verify` shows all of them. */
const named = 5;

/**
 * Verifies a wheel as `wheelwright verify` does: archive, names, metadata, and every file against RECORD.
 * @throws IndexError `bad-wheel` with the first things that are wrong; WheelError `io`
 */
export async function checkWheel(path: string, signal: AbortSignal | undefined): Promise<void> {
  const { ok, problems } = await verifyWheelFile(path, signal === undefined ? {} : { signal });
  if (ok) return;
  const more = problems.length > named ? `; and ${problems.length - named} more` : '';
  const complaints = problems.slice(0, named).map(({ rule, message }) => `${message} (${rule})`);
  throw badWheel(path, complaints.join('; ') + more);
}
