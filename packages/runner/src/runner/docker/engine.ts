import { basename } from 'node:path';
import { RunnerError } from '../../error.js';
import { runTool, type ToolResult } from '../tool.js';

/** Whose command line it is: they differ where this is looked at. */
export type EngineKind = 'docker' | 'podman';

/** What the client of an engine is started with. */
export interface EngineOptions {
  /** `docker`, `podman`, or another program with the command line of one of them. */
  readonly program: string;
  /** The client's own environment: DOCKER_HOST, HOME ... */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What clients say when nobody answers at the other end. */
const UNREACHABLE =
  /cannot connect to|error during connect|connection refused|is the docker daemon running|permission denied while trying to connect|failed to connect|unable to connect to podman|unexpected EOF|broken pipe|connection reset/i;
const NO_IMAGE = /no such image|image not known|unable to find image/i;

/** A container engine, reached through its command line. Every call is bounded in time: a daemon may hang. */
export class Engine {
  readonly options: EngineOptions;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /** By the client's name: Docker's own client speaks Docker's command line whatever answers it. */
  get kind(): EngineKind {
    return basename(this.options.program).startsWith('podman') ? 'podman' : 'docker';
  }

  /**
   * Runs one short command of the engine to its end.
   *
   * @throws {@link RunnerError} `tool-missing` without the client, `engine-missing` without a daemon,
   *   `image-missing`, and `engine-lost` for whatever else it refuses
   */
  async ask(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const result = await this.try(args, signal);
    if (result.exitCode === 0) return result.stdout;
    throw this.refusal(args, result.stderr);
  }

  /** As `ask`, with the engine's refusals returned. */
  async try(args: readonly string[], signal?: AbortSignal): Promise<ToolResult> {
    const { program, environment } = this.options;
    const limit = AbortSignal.timeout(CALL_LIMIT);
    try {
      return await runTool(program, args, {
        environment,
        folder: '/',
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        hint: `install ${program}, or compile with --runner local`,
      });
    } catch (cause) {
      if (!limit.aborted || signal?.aborted === true) throw cause;
      const message = `${program} ${args[0] ?? ''} gave no answer in ${CALL_LIMIT / 1000} s`;
      throw new RunnerError('engine-missing', message, { hint: 'is the engine well?', cause });
    }
  }

  /** The error for what the engine said. */
  refusal(args: readonly string[], stderr: string): RunnerError {
    const { program, environment } = this.options;
    const said = stderr.trim();
    if (UNREACHABLE.test(said)) {
      const host = environment['DOCKER_HOST'];
      const hint = `start the engine, or point DOCKER_HOST at one (it is ${host ?? 'not set'})`;
      return new RunnerError('engine-missing', `${program} reaches no engine: ${said}`, { hint });
    }
    if (NO_IMAGE.test(said)) {
      const image = args.at(-1) ?? '';
      const hint = `bring it with ${program} pull, build or import; images aren't fetched behind your back`;
      return new RunnerError('image-missing', `the engine has no image '${image}'`, { hint });
    }
    return new RunnerError('engine-lost', `${program} ${args[0] ?? ''} failed: ${said}`, {
      hint: 'the words are the engine\u2019s own',
    });
  }
}

/** Milliseconds. Removing a container that holds gigabytes takes a while. */
const CALL_LIMIT = 120_000;
