import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from '../measure.mjs';
import { oracle, root, wheelwright } from '../program.mjs';
import { unpacked } from '../wheels.mjs';

const floorProgram = fileURLToPath(new URL('../contestants/deflate.mjs', import.meta.url));

export const about =
  'repairing a wheel: a published one that needs nothing (retag), and one that grafts 200 MB, against auditwheel';

const tool = (program, ...args) => {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
};

/** A published wheel with a large extension: opencv-python-headless, brought by pip. */
function published(folder) {
  tool(
    oracle('pip'),
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
    '-d',
    folder,
    'opencv-python-headless==5.0.0.93',
  );
  return path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.whl')),
  );
}

/** How large the grafted library is. */
const SIZE = 200 * 2 ** 20;

/** Real machine code and data: published libraries, one behind the other. */
function machineCode() {
  const folder = path.join(unpacked('mxnet-1.9.1'), 'mxnet');
  const files = ['libmxnet.so', 'libopenblas.so.0'].map((name) => readFileSync(path.join(folder, name)));
  return Buffer.concat([...files, files[0]]).subarray(0, SIZE);
}

/** An extension that needs a library which holds these bytes. */
function heavy(folder, content) {
  const file = (name, bytes) => {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  };
  file('content.bin', content);
  const assembly = file(
    'heavy.S',
    `.section .rodata\n.global heavy_data\nheavy_data: .incbin "${path.join(folder, 'content.bin')}"\n.section .note.GNU-stack,"",@progbits\n`,
  );
  const code = file('heavy.c', 'extern const char heavy_data[]; int heavy(void) { return heavy_data[7]; }\n');
  const library = path.join(folder, 'libheavy.so.1');
  tool('gcc', '-shared', '-fPIC', '-Wl,-Bsymbolic,-soname,libheavy.so.1', '-o', library, code, assembly);
  const wheel = path.join(folder, 'unpacked');
  const info = path.join(wheel, 'heavy-1.0.dist-info');
  mkdirSync(info, { recursive: true });
  const user = file(
    'ext.c',
    '#include <stdlib.h>\nint heavy(void); int ext(void) { return heavy() + abs(1) + atoi("1"); }\n',
  );
  tool(
    'gcc',
    '-shared',
    '-fPIC',
    '-O0',
    '-o',
    path.join(wheel, 'ext.so'),
    user,
    library,
    '-Wl,--no-as-needed',
    '-lc',
  );
  writeFileSync(path.join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: heavy\nVersion: 1.0\n');
  writeFileSync(
    path.join(info, 'WHEEL'),
    'Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\n',
  );
  tool(oracle('wheel'), 'pack', '-d', folder, wheel);
  return path.join(folder, 'heavy-1.0-py3-none-linux_x86_64.whl');
}

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const folder = mkdtempSync(path.join(tmpdir(), 'wheelwright-bench-'));
  const rows = [];
  try {
    for (const [what, make] of [
      ['opencv-python-headless as it is', published],
      ['a wheel that grafts 200 MB of code', (place) => heavy(place, machineCode())],
      ['one that grafts 200 MB of noise', (place) => heavy(place, randomBytes(SIZE))],
    ]) {
      log(`preparing ${what}`);
      const place = path.join(folder, String(rows.length));
      mkdirSync(place);
      const wheel = make(place);
      const env = {
        LD_LIBRARY_PATH: place,
        PATH: `${path.join(root, 'tmp/oracles/bin')}:${process.env.PATH}`,
      };
      const grafted = path.join(place, 'libheavy.so.1');
      const { ours, peer, floor } = await measure({
        ours: { argv: wheelwright('repair', '--out', path.join(place, 'ours'), wheel), env },
        peer: { argv: [oracle('auditwheel'), 'repair', '-w', path.join(place, 'peer'), wheel], env },
        ...(existsSync(grafted) ? { floor: { argv: [process.execPath, floorProgram, grafted] } } : {}),
      });
      rows.push({ what, ours, peerName: 'auditwheel repair', peer, atLeast: 5, memoryMiB: 256 });
      if (floor !== undefined)
        rows.push({ what: `${what}: beside the floor`, ours, peerName: 'deflating it alone', peer: floor });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}
