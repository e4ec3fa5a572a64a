import { expect, it } from '@jest/globals';
import { addMetadataFields, metadataFields } from './metadata-fields.js';

const metadata =
  'Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: numpy\n\nName: not a field\n\nText\n';

it('adds fields behind the others, and leaves the description alone', () => {
  const text = addMetadataFields(metadata, [
    ['Requires-Dist', 'nvidia-cuda-runtime-cu12'],
    ['Requires-Dist', 'numpy'],
  ]);
  expect(text).toBe(
    'Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: numpy\nRequires-Dist: nvidia-cuda-runtime-cu12\n\nName: not a field\n\nText\n',
  );
  expect(metadataFields(text, 'requires-dist')).toEqual(['numpy', 'nvidia-cuda-runtime-cu12']);
});

it('keeps the ends of lines, and needs no description', () => {
  expect(addMetadataFields('Name: a\r\n', [['License-File', 'x']])).toBe('Name: a\r\nLicense-File: x\r\n');
  expect(addMetadataFields('Name: a', [['License-File', 'x']])).toBe('Name: a\nLicense-File: x\n');
});

it('refuses a value that would be more than one field', () => {
  expect(() => addMetadataFields(metadata, [['License-File', 'x\nName: b']])).toThrow(
    expect.objectContaining({ code: 'bad-metadata' }),
  );
});
