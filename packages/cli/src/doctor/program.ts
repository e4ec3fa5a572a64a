import { execa } from 'execa';
import type { Finding } from './finding.js';

/** Milliseconds that one program may take to answer: a daemon or a network file system may hang. */
export const LIMIT = 1500;

/** A program that is asked for its version. */
export interface ProgramProbe {
  readonly group: Finding['group'];
  readonly name: string;
  /** The program and its arguments; the name and `--version` if absent. */
  readonly command?: readonly [program: string, ...args: string[]];
  readonly cost: string;
}

/** Asks a program for its version: whatever it is, the answer comes in time. */
export async function askProgram(
  { group, name, command = [name, '--version'], cost }: ProgramProbe,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Finding> {
  const [program, ...args] = command;
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: LIMIT,
    forceKillAfterDelay: 100,
    cancelSignal: signal,
    maxBuffer: 64 * 1024,
  });
  signal.throwIfAborted();
  const base = { group, name, cost };
  if (result.code === 'ENOENT' || result.code === 'ENOTDIR') {
    return { ...base, status: 'missing', version: null, detail: 'not on PATH' };
  }
  const said = `${result.stdout}\n${result.stderr}`.trim();
  if (result.exitCode === 0) {
    return { ...base, status: 'here', version: versionIn(said), detail: '' };
  }
  const why = result.timedOut
    ? `no answer in ${LIMIT / 1000} s`
    : lastLine(said) || result.shortMessage || '';
  return { ...base, status: 'broken', version: null, detail: why };
}

/** The first word that looks like a version: `cmake version 3.25.1`, `gcc (Debian 12.2.0-14) 12.2.0`. */
export function versionIn(text: string): string | null {
  // What stands in parentheses is whose package it is.
  const own = text.replaceAll(/\([^)]*\)/g, '');
  return /(?<![\w.])v?(\d+(?:\.\d+)+(?:[-+.]?[A-Za-z0-9]+)*)/i.exec(own)?.[1] ?? null;
}

function lastLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').trim().slice(0, 200);
}
