import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual(['RunnerError', 'compile', 'parseTarget', 'selectLibraries']);
});
