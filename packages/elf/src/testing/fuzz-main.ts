import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './criteria.js';
import { extractElfFiles } from './extract.js';
import { fuzz, specimens } from './fuzz.js';
import { syntheticFiles } from './seeds.js';

/**
 * `nx run elf:fuzz -- --seconds 600 --seed 7`: changes ELF files and reads them for a time. The same seed and number of
 * executions do the same again. `--replay FILE` reads one file and says how it went.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: process.env['FUZZ_SECONDS'] ?? '60' },
    executions: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: process.env['FUZZ_SEED'] ?? '1' },
    corpus: { type: 'string', default: process.env['CORPUS_DIR'] ?? '../../../shared/corpus' },
    replay: { type: 'string' },
  },
});

const OUTPUT = 'test-output/fuzz';
/** Larger files have more code, not more structure. */
const LARGEST_SEED = 128 * 1024;

process.exitCode = values.replay === undefined ? await run() : await replay(values.replay);

async function run(): Promise<number> {
  const seed = Number(values.seed);
  const seeds = specimens([...syntheticFiles(), ...(await realFiles(join(values.corpus, 'wheels')))]);
  console.log(`seed ${seed}, ${seeds.length} files to begin with, ${values.seconds} s`);
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  let told = 0;
  const { executions, behaviours, find } = await fuzz({
    seeds,
    seed,
    goOn: (done) => {
      if (seconds() - told >= 10) {
        told = seconds();
        console.log(`${told.toFixed(0)} s: ${done} executions, ${(done / told).toFixed(0)} per second`);
      }
      return done < Number(values.executions) && seconds() < Number(values.seconds);
    },
  });
  const rate = (executions / seconds()).toFixed(0);
  console.log(`${executions} executions, ${rate} per second, ${behaviours} different behaviours`);
  if (find === undefined) return 0;
  await mkdir(OUTPUT, { recursive: true });
  const path = join(OUTPUT, `seed-${seed}-execution-${find.execution}.elf`);
  await writeFile(path, find.bytes);
  console.error(
    `found with seed ${seed} in execution ${find.execution}, made from ${find.from}: ${find.offence}`,
  );
  console.error(`the file: ${path}`);
  return 1;
}

/** The small ELF files of the corpus' wheels, for nine architectures; none where there is no corpus. */
async function realFiles(folder: string): Promise<[string, Uint8Array][]> {
  const wheels = await readdir(folder).catch(() => []);
  if (wheels.length === 0) console.log(`no wheels in ${folder}: only synthetic files are changed`);
  const output = await mkdtemp(join(tmpdir(), 'wheelwright-fuzz-'));
  try {
    const files: [string, Uint8Array][] = [];
    for (const wheel of wheels.filter((name) => name.endsWith('.whl')).sort()) {
      for (const { member, path } of await extractElfFiles(join(folder, wheel), output, LARGEST_SEED)) {
        files.push([`${wheel}: ${member}`, await readFile(path)]);
      }
    }
    return files;
  } finally {
    await rm(output, { recursive: true });
  }
}

async function replay(path: string): Promise<number> {
  const { signature, offence } = await judge(await readFile(path));
  console.log(offence ?? signature);
  return offence === undefined ? 0 : 1;
}
