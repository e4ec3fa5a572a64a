import { RunnerError } from '../../error.js';
import { runTool, type ToolContext } from '../tool.js';

/** Milliseconds that one call of a client may take: they hang where the controller doesn't answer. */
const CALL_LIMIT = 20_000;

const UNREACHABLE =
  /unable to contact|connection refused|connect failure|timed out|no route to host|could not establish a configuration source|protocol authentication error|munge/i;
const REFUSED = /invalid (partition|account|qos|feature|generic|job array)|not available|exceed|violates/i;
/** Variables that stand for options of the clients: whoever has them set doesn't mean these jobs. */
const OPTIONS = /^(SBATCH|SQUEUE|SCANCEL|SACCT|SINFO|SALLOC|SRUN)_/;

/** Slurm's command-line clients, each call bounded in time. */
export class SlurmClient {
  readonly #environment: ToolContext['environment'];
  readonly #limit: number;

  constructor(environment: ToolContext['environment'], limit = CALL_LIMIT) {
    const kept = Object.entries(environment).filter(([name]) => !OPTIONS.test(name));
    this.#environment = Object.fromEntries(kept);
    this.#limit = limit;
  }

  /**
   * @returns what the client printed
   * @throws {@link RunnerError} `tool-missing` without the client, `engine-missing` where no controller answers,
   *   `bad-request` for a partition or limit that the cluster hasn't, `engine-lost` for whatever else it refuses
   */
  async ask(program: string, args: readonly string[]): Promise<string> {
    const limit = AbortSignal.timeout(this.#limit);
    const context = { environment: this.#environment, folder: '/', signal: limit };
    const hint = "install Slurm's clients (Debian: apt install slurm-client), or compile with --runner local";
    const result = await runTool(program, args, { ...context, hint }).catch((cause: unknown) => {
      if (!limit.aborted) throw cause;
      const message = `${program} gave no answer in ${this.#limit / 1000} s`;
      throw new RunnerError('engine-missing', message, { hint: 'is slurmctld well? `scontrol ping`', cause });
    });
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr.trim();
    if (UNREACHABLE.test(said)) {
      throw new RunnerError('engine-missing', `${program} reaches no controller: ${said}`, {
        hint: 'is slurmctld running (`scontrol ping`), and SLURM_CONF the right file?',
      });
    }
    const code = REFUSED.test(said) ? 'bad-request' : 'engine-lost';
    throw new RunnerError(code, `${program} says no: ${said}`, { hint: 'the words are Slurm\u2019s own' });
  }
}
