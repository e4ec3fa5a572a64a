import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from '../program.mjs';

export const about = 'a second build by zig: through ccache, which answers from the first, and without it';

const RUNS = 5;

/** Some seconds of a C++ compiler's work in each of three files. */
const source = (number) => `#include <iostream>
#include <map>
#include <regex>
#include <string>
extern "C" int answer${number}() {
  std::map<std::string, std::regex> found{{"a", std::regex("(a|b)*c+")}};
  std::cout << std::regex_match("aabcc", found["a"]);
  return ${number};
}
`;
const MAKEFILE = `answer.so: 1.o 2.o 3.o
\t$(CXX) -shared -o $@ $^
%.o: %.cc
\t$(CXX) -fPIC -c -o $@ $<
`;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const { compile, localRunner } = await import(path.join(root, 'packages/runner/dist/index.js'));
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-ccache-'));
  try {
    const [project, cache] = [path.join(folder, 'project'), path.join(folder, 'cache')];
    await mkdir(project);
    await mkdir(cache);
    for (const number of [1, 2, 3]) await writeFile(path.join(project, `${number}.cc`), source(number));
    await writeFile(path.join(project, 'Makefile'), MAKEFILE);
    // zig itself, and its libc++, are this machine's; what ccache keeps is this run's.
    const own = process.env.WHEELWRIGHT_CACHE ?? path.join(homedir(), '.cache/wheelwright');
    for (const name of ['zig', 'zig-cache']) {
      await mkdir(path.join(own, name), { recursive: true });
      await symlink(path.join(own, name), path.join(cache, name));
    }
    const build = async (ccache) => {
      const destination = path.join(folder, 'out');
      await rm(destination, { recursive: true, force: true });
      const start = performance.now();
      const result = await compile(
        {
          source: { path: project, origin: 'source' },
          toolchain: 'zig',
          target: `manylinux2014_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
          build: { system: 'make' },
          outputs: [{ from: 'answer.so', origin: 'libraries' }],
          ccache,
        },
        { runner: localRunner, cache, destination },
      );
      if (result.status !== 'compiled') throw new Error(JSON.stringify(result));
      return (performance.now() - start) / 1000;
    };
    log(`the first build through ccache, which has nothing yet: ${(await build(true)).toFixed(2)} s`);
    const all = { ours: [], peer: [] };
    for (let run = 0; run < RUNS; run += 1) {
      all.ours.push(await build(true));
      all.peer.push(await build(false));
    }
    const measured = (seconds) => ({ seconds: median(seconds), all: seconds, cpu: 0, peakMiB: 0 });
    return [
      {
        what: 'three C++ files by zig, again',
        ours: measured(all.ours),
        peerName: 'without ccache',
        peer: measured(all.peer),
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
