import { setFlagsFromString } from 'node:v8';

/** Releases of V8 that are known to have the flag; another one would print that it hasn't. */
const KNOWN_V8 = 13;

/**
 * Runs one command line as the process: sets its exit code, and is quiet where nobody reads what it prints.
 *
 * @param {readonly string[]} args - the arguments behind the program's name
 */
export async function start(args) {
  // Most commands end before optimised code has paid for being made: a fifth of a small audit went there (0013).
  if (Number.parseInt(process.versions.v8) <= KNOWN_V8) setFlagsFromString('--interrupt-budget=400000');
  // `wheelwright ... | head` closes the pipe. The command still ends as it would, with nothing half done.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { run } = await import('../dist/bundle/index.js');
  process.exitCode = await run(args, process);
}
