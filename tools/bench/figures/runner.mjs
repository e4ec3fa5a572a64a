import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { root } from '../program.mjs';

export const about = 'what a runner adds to the bare command: local to gcc itself, docker to `docker run`';

const IMAGE = 'wheelwright-test:bookworm';
const RUNS = 9;
const start = promisify(execFile);

/** Some seconds of a C++ compiler's work, as a small library takes. */
const SOURCE = `#include <iostream>
#include <map>
#include <regex>
#include <string>
extern "C" int answer() {
  std::map<std::string, std::regex> found{{"a", std::regex("(a|b)*c+")}};
  std::cout << std::regex_match("aabcc", found["a"]);
  return 42;
}
`;
const COMPILE = ['g++', '-O2', '-fPIC', '-shared', '-o', 'answer.so', 'answer.cc'];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs both in turn, in this process: what is compared is the runner, not the start of Node. */
async function inTurn(contestants, runs) {
  const all = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, act] of Object.entries(contestants)) {
      const from = performance.now();
      await act();
      all[name].push((performance.now() - from) / 1000);
    }
  }
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return Object.fromEntries(
    Object.entries(all).map(([name, seconds]) => [
      name,
      { seconds: median(seconds), all: seconds, cpu: 0, peakMiB: name === 'ours' ? peakMiB : 0 },
    ]),
  );
}

function hasImage() {
  try {
    execFileSync('docker', ['image', 'inspect', IMAGE], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const { localRunner, dockerRunner } = await import(path.join(root, 'packages/runner/dist/index.js'));
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-runner-'));
  try {
    const workspace = path.join(folder, 'workspace');
    const source = path.join(workspace, 'source');
    await mkdir(source, { recursive: true });
    await writeFile(path.join(source, 'answer.cc'), SOURCE);
    const watcher = { onStep: () => undefined, onOutput: () => undefined };
    const job = (command, env) => ({
      steps: [{ name: 'build', command, folder: source, env }],
      workspace,
      results: [{ folder: source, wanted: (name) => name.endsWith('.so') || name.endsWith('.cc') }],
    });
    const through = async (runner, command) => {
      const { environment } = await runner.survey(process.env);
      const result = await runner.run(job(command, { PATH: environment.PATH }), watcher);
      if (result.status !== 'done') throw new Error(JSON.stringify(result));
    };
    const row = async (what, peerName, { runner, command, bare, bound, runs = RUNS }) => {
      const { ours, peer } = await inTurn({ ours: () => through(runner, command), peer: bare }, runs);
      log(`${what}: ${Math.round((ours.seconds - peer.seconds) * 1000)} ms more than ${peerName}`);
      return { what, ours, peerName, peer, ...bound(peer) };
    };

    const added = (peer) => ({ atMost: Number(((peer.seconds + 0.1) / peer.seconds).toFixed(2)) });
    const bareLocal = (command) => () => start(command[0], command.slice(1), { cwd: source });
    const rows = [
      await row('local, true', 'true', {
        runner: localRunner,
        command: ['true'],
        bare: bareLocal(['true']),
        bound: added,
      }),
      await row('local, g++', 'g++', {
        runner: localRunner,
        command: COMPILE,
        bare: bareLocal(COMPILE),
        bound: added,
      }),
    ];
    if (!hasImage()) {
      log(`no container engine that has ${IMAGE}: tools/services/install brings both`);
      return rows;
    }
    // What somebody would write by hand to the same end: sources unchangeable, the library brought home.
    const out = path.join(folder, 'out');
    await mkdir(out);
    const byHand = (command) => () =>
      start('docker', [
        ...['run', '--rm', '--init', '--network=none', '--cap-drop=ALL', '--tmpfs', '/work:exec'],
        ...[
          '--mount',
          `type=bind,source=${source},target=/source,readonly`,
          '--mount',
          `type=bind,source=${out},target=/out`,
        ],
        ...[
          '--workdir',
          '/work',
          IMAGE,
          'sh',
          '-c',
          'cp -a /source/. . && "$@" && cp -a *.so /out',
          'sh',
          ...command,
        ],
      ]);
    const docker = dockerRunner({ image: IMAGE });
    const bound = () => ({ atMost: 1.2 });
    rows.push(
      await row('docker, g++', 'docker run', {
        runner: docker,
        command: COMPILE,
        bare: byHand(COMPILE),
        bound,
        runs: 5,
      }),
      // No promise: of a program that does nothing, only the container's own calls are left.
      await row('docker, true', 'docker run', {
        runner: docker,
        command: ['true'],
        bare: byHand(['true']),
        bound: () => ({}),
      }),
    );
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
