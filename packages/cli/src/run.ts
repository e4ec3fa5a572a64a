import type { ExitCode } from './exit-code.js';
import { EXIT } from './exit-code.js';
import { explain } from './explain.js';
import { createProgram, type Invocation } from './program.js';
import { createReporter } from './terminal/reporter.js';
import { styleFor } from './terminal/style.js';

/** What a command needs of the process that it runs in; `process` itself fits. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  cwd(): string;
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** A stream that text goes to; `isTTY` where a person reads it, on a terminal of so many columns. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Runs one command line and returns the process's exit code; it never ends the process itself.
 * Results go to standard output, everything else to standard error. The first SIGINT or SIGTERM asks the
 * command to stop and clean up.
 *
 * @param args - the arguments behind the program's name
 */
export async function run(args: readonly string[], host: Host): Promise<ExitCode> {
  const parsed = await createProgram(host).parse(args);
  if (parsed.kind === 'answered') return parsed.exitCode;
  return withSignals(host, (signal) => execute(parsed.invocation, signal, host));
}

async function execute(invocation: Invocation, signal: AbortSignal, host: Host): Promise<ExitCode> {
  const { options, command } = invocation;
  const style = styleFor(host.stdout, host.env, options);
  const reporter = await createReporter(host, options);
  try {
    const result = await command({ host, options, reporter, style, signal });
    reporter.stop();
    if (options.json) host.stdout.write(`${JSON.stringify(result.document, null, 2)}\n`);
    else if (result.text !== '') host.stdout.write(`${result.text}\n`);
    return result.exitCode;
  } catch (error) {
    reporter.stop();
    if (signal.aborted) return interrupted(signal, reporter);
    const explanation = explain(error);
    reporter.failure(explanation);
    if (options.json) {
      const { code, message, hint } = explanation;
      const document = {
        schema: 'wheelwright/error@1',
        error: { code, message, ...(hint === undefined ? {} : { hint }) },
      };
      host.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    }
    return explanation.exitCode;
  }
}

function interrupted(signal: AbortSignal, reporter: { warn(text: string): void }): ExitCode {
  const exitCode = signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  reporter.warn(`stopped by ${String(signal.reason)}: nothing was left half written`);
  return exitCode;
}

async function withSignals(
  host: Host,
  action: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const controller = new AbortController();
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = () => {
      controller.abort(name);
    };
    host.on(name, listener);
    return () => host.off(name, listener);
  });
  try {
    return await action(controller.signal);
  } finally {
    for (const remove of listeners) remove();
  }
}
