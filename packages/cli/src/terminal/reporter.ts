import type { GlobalOptions } from '../command.js';
import type { Explanation } from '../explain.js';
import type { Host } from '../run.js';
import { styleFor } from './style.js';

/** Progress, warnings and errors for a person, on standard error. */
export interface Reporter {
  /** A new step begins; the one before is over. */
  step(text: string): void;
  /** How far the current step is. */
  detail(text: string): void;
  warn(text: string): void;
  failure(explanation: Explanation): void;
  /** Takes the progress line away, so that results can be printed. */
  stop(): void;
}

/**
 * On a terminal a spinner shows the current step; piped, only warnings and errors are written, and with
 * `--verbose` a line for each step. The spinner's library is loaded only where it is shown.
 */
export async function createReporter(host: Host, options: GlobalOptions): Promise<Reporter> {
  const style = styleFor(host.stderr, host.env, options);
  const write = (line: string): unknown => host.stderr.write(`${line}\n`);
  const spinner =
    host.stderr.isTTY === true && !options.quiet && !options.verbose ? await createSpinner(host) : undefined;
  let step = '';
  /** Writes lines above the spinner, which stays the last line. */
  const above = (lines: string): void => {
    spinner?.clear();
    write(lines);
  };
  return {
    step(text) {
      step = text;
      spinner?.start(text);
      if (options.verbose) write(`${style.dim('·')} ${text}`);
    },
    detail(text) {
      if (spinner !== undefined) spinner.text = `${step} ${style.dim(text)}`;
    },
    warn(text) {
      if (!options.quiet) above(`${style.yellow('warning:')} ${text}`);
    },
    failure({ message, hint }) {
      above(`${style.red('error:')} ${message}`);
      if (hint !== undefined) write(`${style.cyan('hint:')} ${hint}`);
    },
    stop() {
      spinner?.stop();
    },
  };
}

async function createSpinner(host: Host) {
  const { default: ora } = await import('ora');
  // `discardStdin` would put the terminal into raw mode, and Ctrl-C would no longer reach the compilers.
  return ora({ stream: host.stderr as NodeJS.WritableStream, discardStdin: false });
}
