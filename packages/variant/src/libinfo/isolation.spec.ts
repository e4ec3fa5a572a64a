import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import {
  beat,
  constructor,
  heart,
  meanwhile,
  probe,
  processGroup,
  state,
} from '../testing/probed-library.js';
import { findIsolation, isolate } from './isolation.js';

const folder = await temporaryFolder('isolation');
const found = await findIsolation();
const namespaces = { met: found.kind === 'namespaces', reason: 'no unprivileged namespaces here' };
describeIf([{ program: 'gcc' }, namespaces], 'namespaces', () => {
  const escaping = (file: string, then: string) =>
    constructor(
      `if (fork() == 0) { setsid(); if (fork() == 0) { ${beat(file)} } _exit(0); } ${meanwhile} ${then}`,
    );

  it('leave no process, not even one in a session of its own', async () => {
    const file = await heart(folder, 'beats-setsid');
    expect(await probe(folder, escaping(file, ''))).toMatchObject({ state: 'answered' });
    expect(await state(file)).toBe('stopped');
  });

  it('leave none of one that hangs, either', async () => {
    const file = await heart(folder, 'beats-hang');
    expect(await probe(folder, escaping(file, 'for (;;) pause();'), { timeout: 2 })).toMatchObject({
      reason: 'timed-out',
    });
    expect(await state(file)).toBe('stopped');
  });

  it('are needed for that: out of a process group it gets away', async () => {
    const file = await heart(folder, 'beats-group');
    try {
      expect(await probe(folder, escaping(file, ''), { isolation: processGroup })).toMatchObject({
        state: 'answered',
      });
      expect(await state(file)).toBe('alive');
    } finally {
      await writeFile(`${file}.stop`, '');
    }
  });

  it('have no network', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const code = constructor(
      `struct sockaddr_in to = { AF_INET, htons(${port}) }; to.sin_addr.s_addr = htonl(0x7f000001);
       if (connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) == 0) exit(7);`,
      '#include <arpa/inet.h>\n#include <sys/socket.h>\n',
    );
    try {
      expect(await probe(folder, code)).toMatchObject({ state: 'answered' });
      expect(connections).toBe(0);
      expect(await probe(folder, code, { isolation: processGroup })).toMatchObject({ reason: 'exited' });
      expect(connections).toBe(1);
    } finally {
      server.close();
    }
  });

  it('let it write no file', async () => {
    const file = join(folder, 'written');
    const code = constructor(
      `signal(SIGXFSZ, SIG_IGN); int f = open("${file}", O_WRONLY | O_CREAT, 0600); if (write(f, "x", 1) == 1) exit(7);`,
    );
    expect(await probe(folder, code)).toMatchObject({ state: 'answered' });
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('let it see no process of ours', async () => {
    const code = constructor(
      `char path[64]; sprintf(path, "/proc/${process.pid}/environ"); if (access(path, F_OK) == 0) exit(7);`,
    );
    expect(await probe(folder, code)).toMatchObject({ state: 'answered' });
  });
});

describe('a folder with a libc of its own', () => {
  it('is searched by the child alone', () => {
    const command = isolate({ kind: 'namespaces' }, '/node', ['x'], { LD_LIBRARY_PATH: '/evil' });
    expect(command.env).not.toHaveProperty('LD_LIBRARY_PATH');
    expect(command.args.join(' ')).toMatch(/ env -i LD_LIBRARY_PATH=\/evil \/node x$/);
  });
});
