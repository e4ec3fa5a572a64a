import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inspectElf, openFile, type ElfFile } from '@wheelwright/elf';
import { checkPatched, patchedSource, planPatch, type ElfChanges } from '@wheelwright/elf/patch';
import type { ByteSource, WheelInput, WheelMember } from '@wheelwright/wheel';
import { RepairError } from './error.js';
import { differences } from './plan/changed-elf.js';
import { checkStripped, splitDebug, stripCopy, type StripLevel } from './strip.js';

/** What a file is to become. */
export interface PatchOrder {
  /** Its name in the repaired wheel. */
  readonly to: string;
  readonly executable: boolean;
  readonly changes: ElfChanges;
  /** What it says today, and what it shall say. */
  readonly expected: ElfFile;
}

/** A debug file, by the build id that debuggers look for it under. */
export interface DebugFile {
  readonly name: string;
  readonly path: string;
}

/** Where files are prepared: a temporary folder, and what is open. */
export class Preparation {
  readonly #folder: string;
  readonly #strip: StripLevel;
  readonly #splitDebug: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #open: { close(): Promise<void> }[] = [];
  readonly debugFiles: DebugFile[] = [];
  #count = 0;

  constructor(
    folder: string,
    options: {
      readonly strip: StripLevel;
      readonly splitDebug: boolean;
      readonly signal: AbortSignal | undefined;
    },
  ) {
    this.#folder = folder;
    this.#strip = options.strip;
    this.#splitDebug = options.splitDebug;
    this.#signal = options.signal;
  }

  /** A member of the wheel, inflated once, so that it can be read at any place. */
  async extract(member: WheelMember): Promise<string> {
    const path = this.#next();
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    await pipeline(await member.stream(), createWriteStream(path, { flags: 'wx', mode: 0o600 }), options);
    return path;
  }

  /**
   * A file as it shall be in the wheel: stripped if that's asked for, patched, and proven to be what was planned. The
   * patched bytes are read through the plan when the wheel is written; none are copied.
   */
  async patch(path: string, { to, executable, changes, expected }: PatchOrder): Promise<WheelInput> {
    this.#signal?.throwIfAborted();
    const original = await this.#source(path);
    const stripped = this.#strip === 'none' ? original : await this.#stripped(path, original, to);
    const plan = await planPatch(stripped, changes);
    const patched = patchedSource(stripped, plan);
    await checkPatched(stripped, patched);
    const wrong = differences(await inspectElf(patched), expected);
    if (wrong.length > 0) {
      throw new RepairError(
        'unsound',
        `${to}: after patching its ${wrong.join(', ')} would not be as planned`,
        {
          hint: 'this is a defect: nothing was written; please report it',
        },
      );
    }
    return { name: to, executable, content: { source: patched } };
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((file) => file.close()));
  }

  async #stripped(path: string, original: ByteSource, to: string): Promise<ByteSource> {
    if (this.#strip === 'none') return original;
    const before = await inspectElf(original);
    if (this.#splitDebug) {
      const debug = this.#next();
      await splitDebug(path, debug, this.#signal);
      this.debugFiles.push({ name: debugName(to, before), path: debug });
    }
    const copy = this.#next();
    await stripCopy(path, copy, this.#strip, this.#signal);
    const stripped = await this.#source(copy);
    checkStripped(to, before, await inspectElf(stripped));
    return stripped;
  }

  async #source(path: string): Promise<ByteSource> {
    const source = await openFile(path);
    this.#open.push(source);
    return source;
  }

  #next(): string {
    this.#count += 1;
    return join(this.#folder, String(this.#count));
  }
}

/** gdb looks below `.build-id/`: two digits, the rest, `.debug`. */
function debugName(member: string, { buildId }: ElfFile): string {
  if (buildId === undefined || buildId.length < 4) return `${member}.debug`;
  return `.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}
