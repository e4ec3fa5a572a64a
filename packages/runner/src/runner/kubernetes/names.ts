import { randomBytes } from 'node:crypto';

/** All that is ours in a cluster has it as the value of {@link MANAGED_BY}. */
export const OURS = 'wheelwright';
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
/** The annotation that says whose it is: `HOST:PID:START`. */
export const OWNER = 'wheelwright/owner';
/** The label, and in older clusters the annotation, that says which of an indexed job's pods it is. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** A name that nothing else has: its pods' names are 8 characters and an index longer, 63 at most. */
export function uniqueName(): string {
  return `wheelwright-${randomBytes(8).toString('hex')}`;
}

/** A word as a label's value: what labels can't hold becomes `-`, and 63 characters are kept. */
export function labelValue(word: string): string {
  const clean = word.replaceAll(/[^A-Za-z0-9_.-]/g, '-').slice(0, 63);
  return clean.replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/** A pod's command, argument or value in which `$(NAME)` is no reference: there, `$$` stands for `$`. */
export function literal(word: string): string {
  return word.replaceAll('$', '$$$$');
}
