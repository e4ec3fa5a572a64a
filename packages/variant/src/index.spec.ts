import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it promises', () => {
  expect(Object.keys(api).sort()).toEqual([
    'VariantError',
    'askNvcc',
    'checkRequested',
    'combineVerdicts',
    'cudaLibrariesOf',
    'describeNvccFailure',
    'detectVariant',
    'probeLibinfo',
    'readVariantFacts',
    'variantLabel',
  ]);
});
