/**
 * Joins the command line and the packages that it is made of into a few files, `packages/cli/dist/bundle`: Node
 * spends a millisecond on each module that it loads, and an audit needs two hundred (docs/decisions/0013). What is
 * imported when it's needed stays a file of its own, and libraries that few commands need stay where they are.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = path.join(root, 'packages/cli');
const outdir = path.join(cli, 'dist/bundle');

/** Small, pure and needed at every start; and the S3 client, which is hundreds of modules of which few are used. */
const joined = [
  'commander',
  'elfy',
  'endian-reader',
  '@aws-sdk/client-s3',
  '@aws-sdk/s3-request-presigner',
  '@smithy/node-http-handler',
];
/** Those that the joined ones are made of. */
const isPartOfJoined = (importer) => /node_modules\/(@aws-sdk|@smithy|@aws-crypto|@aws)\//.test(importer);

/**
 * Files that lie beside a module are found by its URL, so a module keeps the URL that it has where it's installed,
 * wherever its code went.
 */
const ownUrls = {
  name: 'own-urls',
  load: {
    filter: { id: /packages\/[a-z]+\/dist\/.*\.js$/ },
    async handler(file) {
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta.url')) return null;
      const [, name, inside] = /packages\/([a-z]+)\/(dist\/.*)$/.exec(file.split(path.sep).join('/')) ?? [];
      const manifest =
        name === 'cli'
          ? `new URL('../../package.json', import.meta.url)`
          : `import.meta.resolve('@wheelwright/${name}/package.json')`;
      return source.replaceAll('import.meta.url', `new URL('./${inside}', ${manifest}).href`);
    },
  },
};

/**
 * commander loads `child_process`, and with it Node's sockets, for commands that are programs of their own. We have
 * none, and it costs a tenth of a start: it's loaded when it's used.
 */
const lateChildProcess = {
  name: 'late-child-process',
  transform: {
    filter: { id: /node_modules\/commander\/lib\/command\.js$/ },
    handler(code) {
      const early = `require('node:child_process')`;
      if (!code.includes(early))
        throw new Error(`commander no longer has ${early}: look whether it loads it late`);
      const late = `{ spawn: (...args) => require('node:child_process').spawn(...args) }`;
      return { code: code.replace(early, late), map: null };
    },
  },
};

/** Libraries of others stay outside, but for those that are joined. */
function isOutside(specifier, importer) {
  if (/^[./]/.test(specifier) || path.isAbsolute(specifier)) return false;
  const [first = '', second] = specifier.split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return !(first === '@wheelwright' || joined.includes(name) || isPartOfJoined(importer ?? ''));
}

await rm(outdir, { recursive: true, force: true });
const bundle = await rolldown({
  input: path.join(cli, 'dist/index.js'),
  platform: 'node',
  transform: { target: 'node20.19' },
  external: isOutside,
  plugins: [lateChildProcess, ownUrls],
  // A package's index imports at once what its smaller entries import late: they are chunks of their own all the same.
  checks: { ineffectiveDynamicImport: false },
});
const { output } = await bundle.write({ dir: outdir, format: 'esm', chunkFileNames: '[name]-[hash].js' });
const inputs = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));

/** The licences of what was joined go along with it. */
const packages = new Set(
  inputs.flatMap(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file.split(path.sep).join('/')) ?? [],
  ),
);
await mkdir(path.join(outdir, 'licenses'));
for (const folder of packages) {
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length).replace('/', '-');
  await writeFile(path.join(outdir, 'licenses', `${name}.txt`), await licenceOf(folder));
}

/** The text of a package's licence, or its name where the package has no more. */
async function licenceOf(folder) {
  const [file] = (await readdir(folder)).filter((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFile(path.join(folder, file));
  const { license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  if (license === undefined) throw new Error(`${folder} names no licence`);
  return `${JSON.stringify(license)}\n`;
}
