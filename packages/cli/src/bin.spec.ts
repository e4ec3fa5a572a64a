import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../bin/wheelwright.js', import.meta.url));

describe('the program as a process', () => {
  test('ends as it would, and is quiet, where nobody reads what it prints', async () => {
    const child = spawn(process.execPath, [program, 'audit', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const complaints: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    expect({ code, signal, complaints: complaints.join('') }).toEqual({
      code: 0,
      signal: null,
      complaints: '',
    });
  });
});
