import type { BrokenKind } from './broken-wheel.js';
import { SOUND_METADATA, type WheelChange } from './sound-wheel.js';

const replaced = (from: string | RegExp, to: string): WheelChange => ({
  metadata: SOUND_METADATA.replace(from, to),
});
const added = (lines: string): WheelChange => ({ metadata: `${SOUND_METADATA}${lines}\n` });
const version = (number: string, lines = ''): WheelChange => ({
  metadata: `Metadata-Version: ${number}\nName: ops\nVersion: 1.0\n${lines}`,
});

/** METADATA that the core metadata specification, up to 2.5, doesn't allow. */
export const BROKEN_METADATA: readonly BrokenKind[] = [
  [
    'metadata-encoding',
    'Latin-1',
    {
      members: (all) =>
        all.map((member) =>
          member.name === 'ops-1.0.dist-info/METADATA'
            ? { ...member, content: Buffer.from('größe', 'latin1') }
            : member,
        ),
    },
    ['record-hash-mismatch', 'record-size-mismatch'],
  ],
  ['metadata-syntax', 'a line without a colon', added('just words')],
  ['metadata-version-unknown', '2.0', version('2.0')],
  ['metadata-version-unknown', '3.0', version('3.0')],
  ['metadata-field-missing', 'no Metadata-Version', replaced('Metadata-Version: 2.4\n', '')],
  ['metadata-field-missing', 'no Name', replaced('Name: ops\n', '')],
  ['metadata-field-missing', 'no Version', replaced('Version: 1.0\n', '')],
  ['metadata-field-repeated', 'two summaries', added('Summary: again')],
  ['metadata-field-unknown', 'a made-up field', added('Colour: blue')],
  ['metadata-field-too-new', 'Provides-Extra in 1.2', version('1.2', 'Provides-Extra: test\n')],
  ['metadata-field-too-new', 'Import-Name in 2.4', added('Import-Name: ops')],
  ['metadata-field-deprecated', 'Home-page', added('Home-page: https://example.org')],
  ['metadata-name', 'a name that is none', replaced('Name: ops', 'Name: -ops-')],
  ['metadata-version', 'a version that is none', replaced('\nVersion: 1.0', '\nVersion: latest')],
  [
    'metadata-local-version',
    'a local part',
    {
      ...replaced('\nVersion: 1.0', '\nVersion: 1.0+cu102'),
      filename: 'ops-1.0+cu102-py3-none-any.whl',
      distInfo: 'ops-1.0+cu102.dist-info',
    },
  ],
  ['metadata-summary', 'a long one', replaced('Operators', 'x'.repeat(513))],
  ['metadata-content-type', 'HTML', added('Description-Content-Type: text/html')],
  ['metadata-description-twice', 'field and body', added('Description: one\n\nanother')],
  ['metadata-dynamic', 'Name', added('Dynamic: Name')],
  ['metadata-dynamic', 'no field', added('Dynamic: Colour')],
  ['metadata-requires-python', 'a version', added('Requires-Python: 3.8')],
  ['metadata-requires-dist', 'no requirement', added('Requires-Dist: numpy >> 1')],
  ['metadata-requires-dist', 'a bad marker', added("Requires-Dist: numpy; python == '3'")],
  ['metadata-direct-reference', 'a URL', added('Requires-Dist: numpy @ https://example.org/numpy.whl')],
  ['metadata-provides-extra', 'a name that is none', added('Provides-Extra: -a')],
  ['metadata-provides-extra', 'one twice', added('Provides-Extra: a_b\nProvides-Extra: a-b')],
  ['metadata-extra-undeclared', 'an extra of a marker', added("Requires-Dist: pytest; extra == 'test'")],
  ['metadata-license-expression', 'words', replaced('Apache-2.0', 'Apache 2.0')],
  ['metadata-license-conflict', 'License', added('License: Apache'), ['metadata-field-deprecated']],
  [
    'metadata-license-conflict',
    'a classifier',
    added('Classifier: License :: OSI Approved :: Apache Software License'),
  ],
  ['metadata-license-file', '..', added('License-File: ../LICENSE'), ['metadata-license-file-missing']],
  ['metadata-license-file', 'a pattern', added('License-File: LICEN*'), ['metadata-license-file-missing']],
  ['metadata-license-file-early', 'before 2.4', version('2.1', 'License-File: LICENSE\n')],
  ['metadata-license-file-missing', 'one that is not there', added('License-File: NOTICE')],
  ['metadata-project-url', 'no label', added('Project-URL: https://example.org')],
  ['metadata-project-url', 'no URL', added('Project-URL: Source, here')],
  ['metadata-project-url', 'a long label', added(`Project-URL: ${'x'.repeat(33)}, https://example.org`)],
  [
    'metadata-project-url-twice',
    'one label in two spellings',
    added('Project-URL: Home page, https://example.org\nProject-URL: homepage, https://example.com'),
  ],
  ['metadata-url', 'no URL', added('Home-page: here'), ['metadata-field-deprecated']],
  ['metadata-email', 'no address', added('Author-email: Ada')],
  ['metadata-classifier', 'one part', added('Classifier: Python')],
  [
    'metadata-import-name',
    'no identifier',
    {
      metadata: `${SOUND_METADATA.replace('2.4', '2.5')}Import-Name: ops-norm\n`,
    },
  ],
  [
    'metadata-import-name',
    'a keyword',
    { metadata: `${SOUND_METADATA.replace('2.4', '2.5')}Import-Namespace: import\n` },
  ],
  [
    'metadata-import-conflict',
    'both',
    { metadata: `${SOUND_METADATA.replace('2.4', '2.5')}Import-Name: ops\nImport-Namespace: ops\n` },
  ],
];
