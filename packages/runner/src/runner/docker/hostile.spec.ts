import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { JobBench } from '../../testing/job-bench.js';
import { engineWith, IMAGE, ownContainers, SMALL } from '../../testing/engine.js';
import { processesLeft } from '../../testing/processes.js';
import { dockerRunner } from './docker.js';

const root = await temporaryFolder('hostile');
let bench: JobBench;

beforeEach(async () => {
  bench = await JobBench.below(root);
});

describeIf([engineWith(IMAGE), { program: 'ps' }], 'a hostile build in docker', () => {
  const runner = dockerRunner({ image: IMAGE, ...SMALL });

  it('finds neither the caller’s home nor a file of this host', async () => {
    const secret = join(root, 'secret');
    await writeFile(secret, 'mine');
    const script = 'ls -A "$HOME"; ls -A "$1"; cat "$2"; echo "home is $HOME"';
    const home = process.env['HOME'] ?? '/root';
    expect(await bench.run(runner, [bench.sh(script, home, secret)])).toEqual({ status: 'done' });
    expect(bench.tail).not.toContain('mine');
    const ours = (await readdir(home)).filter(
      (name) => name.startsWith('.') && !/^\.(bashrc|profile)$/.test(name),
    );
    for (const name of ours) expect(bench.tail).not.toContain(name);
  });

  it('reaches no socket of this host: neither over the network nor the engine’s own', async () => {
    const server = createServer((socket) => socket.end('hello\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const script = `
        if (exec 3<>/dev/tcp/127.0.0.1/$1 && cat <&3); then echo reached; fi
        if (exec 3<>/dev/tcp/192.0.2.1/80); then echo reached; fi
        ls /sys/class/net; ls /var/run/docker.sock`;
      const step = bench.step(['bash', '-c', script, 'bash', String(port)]);
      expect(await bench.run(runner, [step])).toMatchObject({ status: 'failed' });
      expect(bench.tail).toContain('Connection refused');
      expect(bench.tail).toContain('Network is unreachable');
      expect(bench.tail).toMatch(/^lo$/m);
      expect(bench.tail).toContain('docker.sock');
      expect(bench.tail).not.toMatch(/hello|reached/);
    } finally {
      server.close();
    }
  });

  it('fills its own volume and nothing else', async () => {
    const result = await bench.run(runner, [bench.sh('head -c 64000000 /dev/zero > big')]);
    expect(result).toMatchObject({ status: 'failed' });
    expect(bench.tail).toContain('No space left on device');
    expect(existsSync(join(bench.source, 'big'))).toBe(false);
  });

  it('fills no disk of this host with a file of holes, which takes no room in the volume', async () => {
    const result = bench.run(runner, [bench.sh('truncate -s 100T huge.so')]);
    await expect(result).rejects.toMatchObject({ code: 'bad-archive' });
    expect((await readdir(bench.workspace)).filter((name) => name !== 'source')).toEqual([]);
    expect(ownContainers()).toEqual([]);
  });

  it('forks without end, until its limit, and no longer than it may', async () => {
    const bomb = 'f() { sleep "$1" & f "$1" | f "$1" & }; f "$1"; while :; do sleep 1; done';
    const mark = `54999.${process.pid}`;
    const step = bench.step(['bash', '-c', bomb, 'bash', mark]);
    expect(await bench.run(runner, [step], { timeLimit: 3 })).toMatchObject({ reason: 'time-limit' });
    expect(bench.tail).toContain('Resource temporarily unavailable');
    expect(await processesLeft(mark)).toEqual([]);
  });

  it('cannot write to the image, nor change the sources of this host', async () => {
    await writeFile(join(bench.source, 'a'), 'one');
    const script =
      'exec 2>&1; echo x > /etc/evil; echo x > /wheelwright/0/source/a; cat /wheelwright/0/source/a; exit 3';
    expect(await bench.run(runner, [bench.sh(script)])).toMatchObject({ exitCode: 3 });
    expect(bench.tail).toMatch(/Read-only file system[^]*Read-only file system[^]*one$/);
    expect(await readFile(join(bench.source, 'a'), 'utf8')).toBe('one');
  });

  it('is the caller, without capabilities, and gains none', async () => {
    const script = 'id -u; id -g; grep -E "CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs" /proc/self/status';
    await bench.run(runner, [bench.sh(`exec 2>&1; ${script}; mount -t tmpfs none /tmp; exit 0`)]);
    expect(bench.tail).toMatch(new RegExp(`^${process.getuid?.()}\n${process.getgid?.()}\n`));
    expect(bench.tail.match(/\t0000000000000000$/gm)).toHaveLength(5);
    expect(bench.tail).toMatch(/NoNewPrivs:\s+1/);
    expect(bench.tail).toMatch(/permission denied/i);
  });

  it('is not the first process, so that what it leaves is reaped and signals reach it', async () => {
    await bench.run(runner, [bench.sh('tr "\\0" " " < /proc/1/cmdline')]);
    expect(bench.tail).toMatch(/init/);
  });

  it('leaves no container', () => {
    expect(ownContainers()).toEqual([]);
  });
});
