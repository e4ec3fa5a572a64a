import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFolder } from '../archive/pack.js';
import { replaceByChosen } from '../archive/unpack-chosen.js';
import { RunnerError } from '../error.js';
import type { Job, JobResults } from '../runner/runner.js';
import { receivePacked, sendPacked } from './packed.js';
import type { SentFile, Transfer, TransferLink } from './transfer.js';

/** A folder of this host that lies packed in the store, for whoever has the link. */
export interface Parcel {
  /** Where it is here, and has to be there. */
  readonly folder: string;
  readonly link: string;
  readonly sha256: string;
}

/** Where a job's result is to go. */
export interface ReturnAddress {
  readonly results: JobResults;
  readonly name: string;
  readonly link: string;
}

/** The folders that a job needs, each of which is a parcel: one that didn't change is not sent again. */
export async function foldersOf({ workspace, readOnly = [], scratch = [] }: Job): Promise<string[]> {
  const entries = await readdir(workspace, { withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(workspace, name));
  return [...inside, ...readOnly, ...scratch.filter((folder) => existsSync(folder))];
}

/**
 * Sends folders, each under the hash of all that is in it, and makes links to them. Folders that several jobs need at
 * the same time are packed once.
 */
export class ParcelService {
  readonly #transfer: Transfer;
  readonly #sending = new Map<string, Promise<string>>();

  constructor(transfer: Transfer) {
    this.#transfer = transfer;
  }

  /** @param seconds - how long the link has to work */
  async send(folder: string, seconds: number, signal?: AbortSignal): Promise<Parcel> {
    const name = `sources/${await hashFolder(folder, signal)}.tar.gz`;
    const sending = this.#sending.get(name) ?? this.#pack(folder, name, signal);
    this.#sending.set(name, sending);
    try {
      return { folder, sha256: await sending, link: await this.#link(name, 'GET', seconds) };
    } finally {
      this.#sending.delete(name);
    }
  }

  /** A place that nobody else knows of, for one result. */
  async addressFor(results: JobResults, seconds: number): Promise<ReturnAddress> {
    const name = `results/${randomUUID()}.tar.gz`;
    return { results, name, link: await this.#link(name, 'PUT', seconds) };
  }

  /**
   * Fetches a result, compares it with what the job says that it sent, and puts it in the place of the folder here.
   *
   * @throws {@link RunnerError} `integrity`, `bad-archive`, `no-space`
   */
  async collect(address: ReturnAddress, receipt: SentFile, signal?: AbortSignal): Promise<void> {
    const { folder, wanted = () => true } = address.results;
    const draft = await mkdtemp(`${folder}.result-`);
    try {
      const from = { name: address.name, transfer: this.#transfer };
      const archive = await receivePacked(receipt, from, { draft, signal });
      if (archive === undefined) {
        const { url } = this.#transfer;
        throw new RunnerError('integrity', `what came back through ${url} is not what the job has sent`, {
          hint: 'has somebody else access to it?',
        });
      }
      const origin = `what came back for ${folder}`;
      await replaceByChosen(folder, archive, { top: '.', wanted, origin, signal });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Nobody needs a result any more. */
  async forget(addresses: readonly ReturnAddress[]): Promise<void> {
    await Promise.all(addresses.map(({ name }) => this.#transfer.remove(name).catch(() => undefined)));
  }

  /** Sends a folder, unless it's there. @returns the sha256 of the archive */
  async #pack(folder: string, name: string, signal: AbortSignal | undefined): Promise<string> {
    const sent = await this.#transfer.find(name, signal);
    if (sent !== undefined) return sent.sha256;
    const draft = await mkdtemp(join(tmpdir(), 'wheelwright-parcel-'));
    try {
      return await sendPacked(folder, { name, transfer: this.#transfer, replace: true }, { draft, signal });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  async #link(name: string, method: TransferLink['method'], seconds: number): Promise<string> {
    const link = await this.#transfer.link(name, { method, seconds });
    if (link !== undefined) return link;
    throw new RunnerError('bad-request', `${this.#transfer.url} is a store that only this machine reaches`, {
      hint: 'sources and results travel through a bucket: --store s3://BUCKET/PREFIX, or tool.wheelwright.store.url',
    });
  }
}
