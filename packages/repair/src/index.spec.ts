import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it means to', () => {
  expect(Object.keys(api).sort()).toEqual([
    'RepairError',
    'cycloneDxText',
    'muslRename',
    'parseProvider',
    'repairWheel',
  ]);
});
