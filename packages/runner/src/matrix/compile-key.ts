import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRequest } from '../check-request.js';
import { hashOf } from '../digest.js';
import { withContext } from '../error.js';
import type { CompileOptions, CompileRequest, PreparedTree, SourceRequest } from '../request.js';
import type { Surroundings } from '../runner/runner.js';
import { pinOf } from '../source/material.js';
import { prepareSource } from '../source/prepare.js';
import { parseTarget } from '../target.js';
import { chooseToolchain } from '../toolchain/choose.js';
import type { ToolchainName } from '../toolchain/toolchain.js';

/** Changed whenever a result with the same key may be another one. */
const LAYOUT = 1;

/** What keys are made with. Cells of one matrix share trees, toolchains and the place: each is looked at once. */
export class KeyShop {
  /** The trees that were made to be hashed, and that nobody has compiled yet. */
  readonly #prepared = new Map<string, PreparedTree>();
  readonly #options: Pick<CompileOptions, 'runner' | 'cache' | 'environment' | 'signal'>;
  readonly #trees = new Map<string, Promise<string>>();
  readonly #toolchains = new Map<string, Promise<string>>();
  #place: Promise<Surroundings> | undefined;

  constructor(options: Pick<CompileOptions, 'runner' | 'cache' | 'environment' | 'signal'>) {
    this.#options = options;
  }

  place(): Promise<Surroundings> {
    const { runner, environment = process.env, signal } = this.#options;
    return (this.#place ??= runner.survey(environment, signal));
  }

  /** The sha256 of the merged tree. */
  tree(source: SourceRequest): Promise<string> {
    return once(this.#trees, JSON.stringify(source), () => this.#hash(source));
  }

  /** All that the bytes of a toolchain's output depend on. */
  toolchain(name: ToolchainName, target: string): Promise<string> {
    return once(this.#toolchains, `${name} ${target}`, async () => {
      const { cache, environment = process.env, signal } = this.#options;
      await mkdir(cache, { recursive: true });
      const context = { environment, signal, onEvent: () => undefined, place: await this.place() };
      return (await chooseToolchain(name, parseTarget(target), await realpath(cache), context)).identity;
    });
  }

  /** Gives away the tree that was hashed, once: whoever compiles it needn't copy its sources again. */
  take(source: SourceRequest): PreparedTree | undefined {
    const key = JSON.stringify(source);
    const tree = this.#prepared.get(key);
    this.#prepared.delete(key);
    return tree;
  }

  /** Removes the tree that was hashed where nobody compiles it. */
  async release(source: SourceRequest): Promise<void> {
    const tree = this.take(source);
    if (tree !== undefined) await rm(tree.folder, { recursive: true, force: true });
  }

  /** Removes the trees that nobody has taken. */
  async close(): Promise<void> {
    const left = [...this.#prepared.values()];
    this.#prepared.clear();
    for (const { folder } of left) await rm(folder, { recursive: true, force: true });
  }

  async #hash(source: SourceRequest): Promise<string> {
    const { cache, environment = process.env, signal } = this.#options;
    const tree = join(cache, 'work', `tree-${randomUUID()}`);
    await mkdir(join(cache, 'work'), { recursive: true });
    try {
      const exclude = [...(source.exclude ?? []), cache];
      const treeHash = await prepareSource({ ...source, exclude }, tree, { cache, environment, signal });
      this.#prepared.set(JSON.stringify(source), { folder: tree, treeHash });
      return treeHash;
    } catch (error) {
      await rm(tree, { recursive: true, force: true });
      throw error;
    }
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/**
 * The key of a compilation: the merged tree, the commands, the toolchain, the target, the declared environment, the
 * dependencies and what is taken. Where the sources lie and when they were written isn't in it.
 *
 * @returns the key, and the hash of the tree that it's for
 * @throws {@link RunnerError} where sources or toolchain can't be had
 */
export async function compileKey(
  request: CompileRequest,
  shop: KeyShop,
): Promise<{ readonly key: string; readonly treeHash: string }> {
  try {
    checkRequest(request);
    const { tag } = parseTarget(request.target);
    const [treeHash, toolchain, place] = await Promise.all([
      shop.tree(request.source),
      shop.toolchain(request.toolchain, request.target),
      shop.place(),
    ]);
    const { build, env = {}, variant, python, outputs, wheel, dependencies = [] } = request;
    const pinned = dependencies.map(({ origin, source, ...rest }) => [rest, pinOf(source, origin)]);
    const taken = outputs.map(({ from, base, to }) => [from, base ?? null, to ?? null]);
    const declared = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
    const asked = [variant ?? null, python ?? null, wheel?.folder ?? null, place.image?.digest ?? null];
    return {
      key: hashOf([LAYOUT, treeHash, build, toolchain, tag, declared, asked, pinned, taken]),
      treeHash,
    };
  } catch (error) {
    throw withContext(error);
  }
}
