import type { RepairPlan } from './plan/repair-plan.js';
import type { WrittenWheel } from '@wheelwright/wheel';
import type { SbomEntry } from './sbom.js';
import type { PromiseRequest } from './promised.js';
import type { SearchRequest } from './search/system-folders.js';
import type { StripLevel } from './strip.js';

/** How a wheel is repaired. @public */
export interface RepairOptions extends SearchRequest, PromiseRequest {
  /** Where the repaired wheel goes. */
  readonly out: string;
  /** The platform tag to aim at, with or without architecture; `auto` or nothing: the best that its symbols allow. */
  readonly plat?: string;
  /** Whether libraries keep their names: all, or those that match one of the patterns. */
  readonly keepNames?: boolean | readonly string[];
  /** Libraries that are only dlopened: names that are searched for, or absolute paths. */
  readonly roots?: readonly string[];
  readonly strip?: StripLevel;
  /** Keeps what `strip` takes away: an archive of debug files by build id, beside the wheel. */
  readonly splitDebug?: boolean;
  /** How hard to compress what is new in the wheel: 0 stores, 1 is fast, 9 is small; 5 if not given. */
  readonly level?: number;
  /** Only plan. */
  readonly dryRun?: boolean;
  /** What to do about an exclude pattern that matches nothing: `refuse` unless given. */
  readonly unusedExclude?: 'refuse' | 'tell';
  /** Who repairs, for the SBOM. */
  readonly tool: { readonly name: string; readonly version: string };
  /** The time of new members, in seconds since 1970; 1980-01-01 if not given. */
  readonly sourceDateEpoch?: number;
  readonly signal?: AbortSignal;
  /** Told what begins. */
  readonly onStep?: (text: string) => void;
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

/** What came of it. @public */
export type RepairResult =
  /** There is no native code: the wheel was copied as it is. */
  | { readonly kind: 'pure'; readonly written: WrittenWheel | undefined }
  | {
      readonly kind: 'repaired';
      readonly plan: RepairPlan;
      /** What was grafted, and the packages that it belongs to. */
      readonly grafted: readonly SbomEntry[];
      readonly unusedExcludes: readonly string[];
      /** Undefined after a dry run. */
      readonly written: WrittenWheel | undefined;
      /** The archive of debug files. */
      readonly debugArchive: string | undefined;
    };
