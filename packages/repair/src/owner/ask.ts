import { execa } from 'execa';

/**
 * Asks a package manager. Undefined where there is no such program, or where it doesn't know: nothing then is known of
 * a file's origin, which is no error.
 */
export async function ask(
  program: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { stdout, failed, exitCode } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  // dpkg-query answers for the files that it knows, and fails for the others of the same question.
  return exitCode === undefined || (failed && stdout === '') ? undefined : stdout;
}
