/**
 * Joins the command line and the packages that it is made of into a few files, `packages/cli/dist/bundle`: Node
 * spends a millisecond on each module that it loads, and an audit needs two hundred (docs/decisions/0013). What is
 * imported when it's needed stays a file of its own, and libraries that few commands need stay where they are.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
  setup({ onLoad }) {
    onLoad({ filter: /packages\/[a-z]+\/dist\/.*\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const [, name, inside] = /packages\/([a-z]+)\/(dist\/.*)$/.exec(file.split(path.sep).join('/')) ?? [];
      const manifest =
        name === 'cli'
          ? `new URL('../../package.json', import.meta.url)`
          : `import.meta.resolve('@wheelwright/${name}/package.json')`;
      return { contents: source.replaceAll('import.meta.url', `new URL('./${inside}', ${manifest}).href`) };
    });
  },
};

/** Libraries of others stay outside, but for those that are joined. */
const libraries = {
  name: 'libraries',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path: specifier, importer }) => {
      const [first = '', second] = specifier.split('/');
      const name = first.startsWith('@') ? `${first}/${second}` : first;
      return first === '@wheelwright' || joined.includes(name) || isPartOfJoined(importer)
        ? undefined
        : { path: specifier, external: true };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  metafile: true,
  entryPoints: [path.join(cli, 'dist/index.js')],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  // The joined libraries are CommonJS, and esbuild leaves their calls of `require` to whatever is called so.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
  plugins: [ownUrls, libraries],
  logLevel: 'warning',
});

/** The licences of what was joined go along with it. */
const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
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
