import { constants } from 'node:os';

/** The signal that a shell's exit code above 128 stands for; `undefined` where the program ended by itself. */
export function signalOfExitCode(code: number): string | undefined {
  return code > 128 ? signalName(code - 128) : undefined;
}

/** `SIGKILL` for 9. */
export function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
