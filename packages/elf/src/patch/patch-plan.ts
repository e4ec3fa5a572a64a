/** Bytes that are written over others, in place. */
export interface Edit {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** What is written, in words. */
  readonly what: string;
}

/** A piece of the segment that a patch appends: new bytes, or a range of the original file. */
export interface Piece {
  /** Offset in the patched file. */
  readonly offset: number;
  readonly what: string;
  readonly size: number;
  /** Where the bytes stand in the original; undefined where `bytes` has them. */
  readonly from?: number;
  readonly bytes?: Uint8Array;
}

/**
 * How a file is to be patched: pure data, made by `planPatch` from what the file says, and read by `patchedSource`.
 * @public
 */
export interface PatchPlan {
  /** What changes, in words; empty where the file is already as it shall be. */
  readonly says: readonly string[];
  /** How many bytes of the original stay at their places. */
  readonly keep: number;
  readonly edits: readonly Edit[];
  /** The loadable segment behind the kept bytes, where something didn't fit into its old place. */
  readonly segment:
    | {
        readonly offset: number;
        readonly address: number;
        readonly size: number;
        readonly align: number;
        readonly pieces: readonly Piece[];
      }
    | undefined;
  /** Size of the patched file, in bytes. */
  readonly size: number;
}
