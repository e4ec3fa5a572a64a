import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it means to', () => {
  expect(Object.keys(api).sort()).toEqual([
    'RULES',
    'WheelError',
    'bufferSource',
    'checkName',
    'checkProject',
    'coreMetadata',
    'entryPointsText',
    'expandTags',
    'formatRecord',
    'formatWheelFilename',
    'normaliseDistribution',
    'normaliseVersion',
    'openFile',
    'openWheel',
    'parseRecord',
    'parseWheelFile',
    'parseWheelFilename',
    'projectReadme',
    'recordHash',
    'verifyWheel',
    'wheelFileText',
    'writeWheel',
  ]);
});
