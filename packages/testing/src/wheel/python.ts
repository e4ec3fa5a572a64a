import { oracle } from '../oracle.js';

/**
 * Runs a Python script of the oracles with arguments and gives the JSON that it prints. The script finds
 * `json`, `sys` and `argv` (the arguments, parsed from JSON) at hand. Fails with Python's own message.
 */
export async function python<T>(script: string, ...args: readonly unknown[]): Promise<T> {
  const prelude = 'import json, sys\nargv = [json.loads(text) for text in sys.argv[1:]]\n';
  const result = await oracle('python', [
    '-c',
    prelude + script,
    ...args.map((value) => JSON.stringify(value)),
  ]);
  if (result.exitCode !== 0) throw new Error(`python failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}
