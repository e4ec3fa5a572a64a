import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The running processes of this host, those in containers among them, that have a word in their arguments. */
export function processesWith(word: string): string[] {
  const listed = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(word) && !/^Z/.test(line));
}

/** The same, after those that were killed a moment ago have gone; what is still there then is left behind. */
export async function processesLeft(word: string): Promise<string[]> {
  for (let tries = 0; tries < 20 && processesWith(word).length > 0; tries += 1) await sleep(50);
  return processesWith(word);
}
