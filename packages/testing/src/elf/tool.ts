import { execa } from 'execa';

/** Runs a tool that tests compare with (`readelf`, `gcc` ...), without a locale of its own, and returns what it prints. */
export async function tool(program: string, args: readonly string[]): Promise<string> {
  return (await execa(program, args, { env: { LC_ALL: 'C' } })).stdout;
}
