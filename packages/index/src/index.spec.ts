import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it promises', () => {
  expect(Object.keys(api).sort()).toEqual([
    'IndexError',
    'checkIndex',
    'findPublicIndex',
    'normaliseProject',
    'publishWheel',
    'readWheelFacts',
    'rebuildIndex',
    'serveIndex',
    'yankFiles',
  ]);
});
