import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { elfMembers, wheels } from '../audit/corpus.mjs';
import { measure } from '../measure.mjs';
import { oracle, wheelwright } from '../program.mjs';

export const about =
  'audit against auditwheel, and against nothing but inflating the ELF members in two streams (the floor)';

/** How many times faster than auditwheel; where that is below the floor, {@link SLACK} times the floor will do. */
const PROMISED = {
  'mxnet-1.9.1': 10,
  'opencv_python_headless-4.11.0.86': 10,
  'numpy-2.2.6': 10,
  'torch-2.4.0': 10,
  'tensorflow_cpu-2.21.0': 100,
  'mxnet_cu102-1.9.1': 10,
};
const SLACK = 1.3;
/** Wheels up to here take auditwheel some seconds. */
const QUICK = 60e6;
/** 200 MB, for every wheel of the corpus. */
const MEMORY = 200e6 / (1 << 20);

const floorProgram = fileURLToPath(new URL('../audit/inflate.mjs', import.meta.url));

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const start = await measure(
    { ours: { argv: wheelwright('--version') }, node: { argv: [process.execPath, '-e', '0'] } },
    { runs: 10 },
  );
  const rows = [];
  for (const wheel of wheels()) {
    const name = path.basename(wheel).split('-').slice(0, 2).join('-');
    log(name);
    const exits = [0, 1]; // 1: a claim that doesn't hold; auditwheel: no platform wheel
    const peer = { auditwheel: { argv: [oracle('auditwheel'), 'show', '--json', wheel], exits } };
    // In turn with ours, unless it takes minutes: then one run of it is enough.
    const isQuick = statSync(wheel).size < QUICK;
    const { ours, floor, ...rest } = await measure(
      {
        ours: { argv: wheelwright('audit', '--json', wheel), exits },
        floor: { argv: [process.execPath, floorProgram, wheel, elfMembers(wheel)] },
        ...(isQuick ? peer : {}),
      },
      { runs: 5 },
    );
    const { auditwheel } = isQuick ? rest : await measure(peer, { runs: 1 });
    rows.push(
      {
        what: `audit ${name}`,
        ours,
        peerName: 'auditwheel show',
        peer: auditwheel,
        memoryMiB: MEMORY,
        ...atLeast(PROMISED[name], auditwheel, { floor, start }),
      },
      { what: toldBound(PROMISED[name], { floor, start }), ours, peerName: 'inflating alone', peer: floor },
    );
  }
  return rows;
}

/** The promise as a ratio to auditwheel: what was promised, or what the floor and the start of a program leave of it. */
function atLeast(promised, auditwheel, { floor, start }) {
  if (promised === undefined) return {};
  const possible = bound({ floor, start });
  return { atLeast: Number(Math.min(promised, auditwheel.seconds / possible).toFixed(2)) };
}

/** Seconds that are enough even where they are not so many times faster: the floor with its slack, and our start. */
function bound({ floor, start }) {
  return SLACK * (floor.seconds - start.node.seconds) + start.ours.seconds;
}

/** What the floor, which is measured in the same run, leaves of a promise, in words. */
function toldBound(promised, measured) {
  if (promised === undefined) return '';
  return `promised: ${promised}× or ${SLACK} × its floor + start = ${bound(measured).toFixed(2)} s`;
}
