/** How far a push or a pull is, in bytes of its files. @public */
export interface TransferProgress {
  readonly done: number;
  readonly total: number;
  /** The file at work, by its name in the artifact. */
  readonly file: string;
}

/** Adds up the progress of several files. */
export function reporter(
  sizes: ReadonlyMap<string, number>,
  onProgress: ((progress: TransferProgress) => void) | undefined,
): (file: { readonly name: string }) => (bytes: number) => void {
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const counted = new Map<string, number>();
  let done = 0;
  return ({ name }) =>
    (bytes) => {
      // A file that is begun again counts from its beginning.
      done += bytes - (counted.get(name) ?? 0);
      counted.set(name, bytes);
      onProgress?.({ done, total, file: name });
    };
}
