import { ElfError } from '../error.js';
import { MAX_NAME_LENGTH, MAX_PATH_LENGTH } from '../limits.js';

/**
 * What is to be different in a file. What isn't named stays as it is.
 * @public
 */
export interface ElfChanges {
  /** The new DT_SONAME; a file without one gets one. */
  readonly soname?: string;
  /** New names for needed libraries, in DT_NEEDED and in the version needs alike. Each old name must be needed. */
  readonly renameNeeded?: Readonly<Record<string, string>>;
  /** Libraries that are no longer needed. Refused while a symbol is bound to one of their versions. */
  readonly removeNeeded?: readonly string[];
  /** Libraries to need as well, after the present ones. One that is needed already isn't added twice. */
  readonly addNeeded?: readonly string[];
  /** The folders of DT_RUNPATH, or null to have none. */
  readonly runpath?: readonly string[] | null;
  /** The folders of DT_RPATH, or null to have none. */
  readonly rpath?: readonly string[] | null;
  /** Takes the right to execute from the stack (PT_GNU_STACK). */
  readonly clearExecStack?: true;
}

/**
 * Checks that the names can stand in a file at all.
 *
 * @throws `ElfError` `unpatchable`
 */
export function checkChanges(changes: ElfChanges): void {
  const names: (readonly [string, string])[] = [
    ...(changes.soname === undefined ? [] : [['soname', changes.soname] as const]),
    ...Object.values(changes.renameNeeded ?? {}).map((name) => ['renameNeeded', name] as const),
    ...(changes.addNeeded ?? []).map((name) => ['addNeeded', name] as const),
  ];
  for (const [field, name] of names) checkText(field, name, MAX_NAME_LENGTH);
  for (const field of ['runpath', 'rpath'] as const) {
    const folders = changes[field] ?? [];
    const divided = folders.find((folder) => folder.includes(':'));
    if (divided !== undefined) {
      throw refusal(
        field,
        divided,
        'a colon divides the folders of a search path: it can be in none of them',
      );
    }
    if (folders.length > 0) checkText(field, folders.join(':'), MAX_PATH_LENGTH);
  }
}

function checkText(field: string, text: string, limit: number): void {
  if (text === '') throw refusal(field, text, 'it is empty');
  if (text.includes('\0')) throw refusal(field, text, 'it holds a NUL, which ends a string in ELF');
  if (new TextEncoder().encode(text).length > limit)
    throw refusal(field, text, `it takes more than ${limit} bytes`);
}

function refusal(field: string, text: string, why: string): ElfError {
  return new ElfError('unpatchable', `${field} can't become ${JSON.stringify(text)}: ${why}`, {
    structure: field,
  });
}
