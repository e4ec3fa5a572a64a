import type { BrokenKind } from './broken-wheel.js';
import { SOUND_WHEEL, type WheelChange } from './sound-wheel.js';

const DIST_INFO = 'ops-1.0.dist-info';
const INIT = /^ops\/__init__\.py,.*\n/;

const without = (file: string): WheelChange => ({
  members: (all) => all.filter(({ name }) => name !== `${DIST_INFO}/${file}`),
  record: (text) =>
    text
      .split('\n')
      .filter((line) => !line.startsWith(`${DIST_INFO}/${file},`))
      .join('\n'),
});

const record = (change: (text: string) => string): WheelChange => ({ record: change });
const row = (hash: string, size = '25'): WheelChange =>
  record((text) => text.replace(INIT, `ops/__init__.py,${hash},${size}\n`));
const wheel = (from: string, to: string): WheelChange => ({ wheel: SOUND_WHEEL.replace(from, to) });
const LATIN1 = Buffer.from('größe', 'latin1');

/** Wheels whose dist-info folder is not as it should be: WHEEL, RECORD, entry points, and what lies beside them. */
export const BROKEN_DIST_INFO: readonly BrokenKind[] = [
  ['dist-info-missing', 'none', { distInfo: 'ops-1.0.info' }],
  ['dist-info-ambiguous', 'two', { files: [{ name: 'other-1.0.dist-info/METADATA', content: 'x' }] }],
  ['dist-info-name', 'of another version', { distInfo: 'ops-1.1.dist-info' }],
  ['dist-info-name', 'in other spelling', { distInfo: 'Ops-1.0.dist-info' }],
  ['metadata-missing', 'no METADATA', without('METADATA')],
  ['wheel-file-missing', 'no WHEEL', without('WHEEL')],
  ['record-missing', 'no RECORD', without('RECORD')],
  [
    'record-signature',
    'RECORD.jws',
    {
      members: (all) => [
        ...all.slice(0, -1),
        { name: `${DIST_INFO}/RECORD.jws`, content: '{}' },
        ...all.slice(-1),
      ],
    },
  ],
  ['sbom-not-json', 'a text', { files: [{ name: `${DIST_INFO}/sboms/ops.cdx.json`, content: 'nothing' }] }],
  [
    'license-encoding',
    'a license in Latin-1',
    { files: [{ name: `${DIST_INFO}/licenses/AUTHORS`, content: LATIN1 }] },
  ],
  ['line-endings', 'CR LF in WHEEL', { wheel: SOUND_WHEEL.replaceAll('\n', '\r\n') }],
  [
    'wheel-file-encoding',
    'Latin-1',
    {
      members: (all) =>
        all.map((member) => (member.name === `${DIST_INFO}/WHEEL` ? { ...member, content: LATIN1 } : member)),
    },
    ['record-hash-mismatch', 'record-size-mismatch'],
  ],
  ['wheel-file-syntax', 'a line without a colon', wheel('Generator: test', 'Generator test')],
  ['wheel-file-syntax', 'a field twice', wheel('Generator: test', 'Generator: test\nGenerator: test')],
  ['wheel-version', 'of the future', wheel('Wheel-Version: 1.0', 'Wheel-Version: 2.0')],
  ['wheel-version', 'none', wheel('Wheel-Version: 1.0\n', '')],
  ['wheel-purelib', 'neither true nor false', wheel('Purelib: true', 'Purelib: maybe')],
  ['wheel-tag-missing', 'no tag', wheel('Tag: py3-none-any\n', '')],
  ['wheel-tag-syntax', 'two parts', wheel('py3-none-any', 'py3-none')],
  [
    'wheel-tag-compressed',
    'two tags in one line',
    { ...wheel('py3-none-any', 'py2.py3-none-any'), filename: 'ops-1.0-py2.py3-none-any.whl' },
  ],
  [
    'record-encoding',
    'Latin-1',
    {
      members: (all) =>
        all.map((member) =>
          member.name === `${DIST_INFO}/RECORD` ? { ...member, content: LATIN1 } : member,
        ),
    },
  ],
  ['record-syntax', 'two columns', record((text) => text.replace(INIT, 'ops/__init__.py,\n'))],
  ['record-syntax', 'a quote that does not end', record((text) => `"${text}`)],
  ['record-unlisted-member', 'a file without its row', record((text) => text.replace(INIT, ''))],
  ['record-extra-row', 'a row without its file', record((text) => `${text}ops/gone.py,,\n`)],
  ['record-duplicate-row', 'a row twice', record((text) => text.replace(INIT, (line) => line + line))],
  ['record-unsafe-path', '..', record((text) => `${text}../../bin/tool,,\n`)],
  ['record-unsafe-path', 'an absolute path', record((text) => `${text}/etc/passwd,,\n`)],
  ['record-folder-row', 'a folder', record((text) => `${text}ops/,,\n`)],
  ['record-folder-row', 'a folder without its slash', record((text) => `${text}ops,,\n`)],
  ['record-hash-missing', 'no hash', row('')],
  ['record-hash-weak', 'md5', row('md5=1B2M2Y8AsgTpgAmY7PhCfg')],
  ['record-hash-mismatch', 'another content', row('sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU')],
  ['record-hash-mismatch', 'another sha512', row(`sha512=${'A'.repeat(86)}`)],
  [
    'record-size-missing',
    'no size',
    record((text) => text.replace(INIT, (line) => line.replace(/,\d+\n/, ',\n'))),
  ],
  [
    'record-size-mismatch',
    'another size',
    record((text) => text.replace(INIT, (line) => line.replace(/,\d+\n/, ',7\n'))),
  ],
  ['record-own-hash', 'a hash of itself', record((text) => text.replace('RECORD,,', 'RECORD,sha256=AAAA,3'))],
  [
    'entry-points-encoding',
    'Latin-1',
    { files: [{ name: `${DIST_INFO}/entry_points.txt`, content: LATIN1 }] },
  ],
  ['entry-points-syntax', 'no section', { entryPoints: 'ops = ops:main\n' }],
  ['entry-points-syntax', 'no reference', { entryPoints: '[console_scripts]\nops\n' }],
  [
    'entry-points-syntax',
    'a name twice',
    { entryPoints: '[console_scripts]\nops = ops:main\nops = ops:main\n' },
  ],
  ['entry-points-invalid', 'a path', { entryPoints: '[console_scripts]\n../ops = ops:main\n' }],
  ['entry-points-invalid', 'a module alone', { entryPoints: '[console_scripts]\nops = ops\n' }],
  ['entry-points-invalid', 'no object reference', { entryPoints: '[ops.plugins]\nnorm = ops-norm\n' }],
  ['data-folder-name', 'of another version', { files: [{ name: 'ops-1.1.data/scripts/ops', content: 'x' }] }],
  ['data-scheme', 'an unknown scheme', { files: [{ name: 'ops-1.0.data/etc/ops.conf', content: 'x' }] }],
  ['data-scheme', 'no scheme', { files: [{ name: 'ops-1.0.data/ops.conf', content: 'x' }] }],
];
