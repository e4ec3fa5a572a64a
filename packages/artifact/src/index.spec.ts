import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it promises', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ArtifactError',
    'branchVariables',
    'checkCommit',
    'checkId',
    'collectGarbage',
    'commitVariables',
    'decideBranch',
    'decideCommit',
    'decideOperatingSystem',
    'formatPrefix',
    'identifyBuild',
    'judgeLinking',
    'layouts',
    'listArtifacts',
    'parseKey',
    'parseMeta',
    'parseOsRelease',
    'pullArtifact',
    'pushArtifact',
    'readArtifact',
    'readGit',
    'readLayout',
    'removeArtifact',
    'textReaderBelow',
  ]);
});
