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
    'listFolder',
    'normaliseDistribution',
    'normaliseVersion',
    'openFile',
    'openWheel',
    'packFolder',
    'parseRecord',
    'parseWheelFile',
    'parseWheelFilename',
    'platformOfFiles',
    'projectReadme',
    'recordHash',
    'retagWheel',
    'unpackWheel',
    'verifyWheel',
    'verifyWheelFile',
    'wheelFileText',
    'writeWheel',
  ]);
});
