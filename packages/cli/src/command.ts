import type { ExitCode } from './exit-code.js';
import type { Host } from './run.js';
import type { Reporter } from './terminal/reporter.js';
import type { Style } from './terminal/style.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** `--no-color` gives false; otherwise the terminal decides. */
  readonly color: boolean;
  /** The absolute folder that relative paths of the command line start from. */
  readonly cwd: string;
}

/** What a command is given beside its own arguments. */
export interface CommandContext {
  readonly host: Host;
  readonly options: GlobalOptions;
  readonly reporter: Reporter;
  readonly style: Style;
  /** Aborted by SIGINT and SIGTERM, with the signal's name as the reason. */
  readonly signal: AbortSignal;
}

/** What a command found out or did: commands return data, `run` prints it. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** The one JSON document of `--json`. */
  readonly document: object;
  /** What a person reads on standard output. */
  readonly text: string;
}

/** A command whose own arguments are already bound. */
export type Command = (context: CommandContext) => Promise<CommandResult>;
