import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf } from '../../digest.js';
import { RunnerError } from '../../error.js';
import { withLock } from '../../lock.js';
import { runTool, type ToolContext, type ToolResult } from '../../runner/tool.js';
import type { GitAddress } from './address.js';
import { fetchEnvironment, plainEnvironment } from './environment.js';

/** A commit that is wanted of a repository. */
export interface WantedCommit {
  readonly address: GitAddress;
  readonly commit: string;
  readonly origin: string;
  /** Whether a repository of this machine may be read: not for a submodule that somebody elsewhere names. */
  readonly mayBeLocal: boolean;
}

const HINT = 'sources of git repositories are fetched by git: install it';

/** What servers say that don't give a commit by its name, or not without its history. */
const NOT_BY_NAME =
  /not our ref|unadvertised object|couldn't find remote ref|no such remote ref|does not support shallow|shallow capabilities/i;

/** A bare repository in the cache: of each server's repository one, with the commits that were asked for. */
export class CachedRepository {
  readonly folder: string;
  readonly #context: ToolContext;
  readonly #cache: string;
  readonly #key: string;

  constructor(address: GitAddress, commit: string, cache: string, context: ToolContext) {
    this.#key = hashOf([address.url, commit.length]).slice(0, 32);
    this.#cache = cache;
    this.folder = join(cache, 'git', `${this.#key}.git`);
    this.#context = context;
  }

  /** Reads the copy, without anybody's settings. */
  async read(args: readonly string[], more: { folder?: string; index?: string } = {}): Promise<ToolResult> {
    const environment = {
      ...plainEnvironment(this.#context.environment),
      ...(more.index === undefined ? {} : { GIT_INDEX_FILE: more.index }),
    };
    return runTool('git', [`--git-dir=${this.folder}`, ...args], {
      ...this.#context,
      environment,
      folder: more.folder ?? this.folder,
      hint: HINT,
    });
  }

  /**
   * Sees to it that a commit is here, with its files: as a rule without its history.
   *
   * @throws {@link RunnerError} `fetch-failed`, `commit-missing`, `tool-missing`
   */
  async bring(wanted: WantedCommit): Promise<void> {
    if (await this.#has(wanted.commit)) return;
    const lock = join(this.#cache, 'locks', `git-${this.#key}.lock`);
    await withLock(lock, async () => this.#fetch(wanted), { signal: this.#context.signal });
  }

  async #fetch(wanted: WantedCommit): Promise<void> {
    const { commit, address, origin } = wanted;
    await mkdir(this.folder, { recursive: true });
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    const init = await this.read(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
    if (init.exitCode !== 0) throw fetchFailed(wanted, init.stderr);
    if (await this.#has(commit)) return;
    // What a fetch that was killed has left behind.
    await rm(join(this.folder, 'shallow.lock'), { force: true });
    const direct = await this.#fetchRefs(wanted, ['--depth=1'], [`${commit}:${refOf(commit)}`]);
    if (direct.exitCode !== 0) {
      if (!NOT_BY_NAME.test(direct.stderr)) throw fetchFailed(wanted, direct.stderr);
      await this.#fetchHistory(wanted);
    }
    if (await this.#has(commit)) return;
    throw new RunnerError('commit-missing', `${origin}: there is no commit ${commit} in ${address.url}`, {
      hint: 'is it the whole hash of a commit (not of a tag), and was it pushed?',
    });
  }

  /** Fetches all branches and tags, for a server that gives nothing else. */
  async #fetchHistory(wanted: WantedCommit): Promise<void> {
    const { commit } = wanted;
    const shallow = await this.read(['rev-parse', '--is-shallow-repository']);
    const depth = shallow.stdout.trim() === 'true' ? ['--depth=2147483647'] : [];
    const refs = ['heads', 'tags'].map((kind) => `+refs/${kind}/*:refs/wheelwright/${kind}/*`);
    const all = await this.#fetchRefs(wanted, depth, refs);
    if (all.exitCode !== 0) throw fetchFailed(wanted, all.stderr);
    const kind = await this.read(['cat-file', '-t', commit]);
    if (kind.stdout.trim() === 'commit') await this.read(['update-ref', refOf(commit), commit]);
  }

  async #fetchRefs(
    { address, mayBeLocal }: WantedCommit,
    options: readonly string[],
    refs: readonly string[],
  ): Promise<ToolResult> {
    const manners = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    const { environment } = this.#context;
    return runTool(
      'git',
      [`--git-dir=${this.folder}`, 'fetch', ...manners, ...options, '--', address.url, ...refs],
      {
        ...this.#context,
        environment: fetchEnvironment(environment, address, mayBeLocal),
        folder: this.folder,
        hint: HINT,
      },
    );
  }

  /** The ref is written once everything is here; what it leads to must be the commit itself, and no tag of it. */
  async #has(commit: string): Promise<boolean> {
    const found = await this.read(['rev-parse', '--verify', '--quiet', `${refOf(commit)}^{commit}`]).catch(
      (error: unknown) => {
        // No folder to start git in: nothing was fetched yet.
        if (error instanceof RunnerError && error.code === 'tool-missing') return undefined;
        throw error;
      },
    );
    return found?.exitCode === 0 && found.stdout.trim() === commit;
  }
}

function refOf(commit: string): string {
  return `refs/wheelwright/commits/${commit}`;
}

function fetchFailed({ address, origin }: WantedCommit, stderr: string): RunnerError {
  const secrets = [address.credential?.password, address.credential?.user].filter(Boolean) as string[];
  const said = secrets.reduce(
    (text, secret) => text.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'),
    stderr.trim().split('\n').slice(-3).join(' '),
  );
  return new RunnerError('fetch-failed', `${origin}: ${address.url} can't be fetched: ${said}`, {
    hint: "git's own settings apply: does `git ls-remote` reach it, without asking for a password?",
  });
}
