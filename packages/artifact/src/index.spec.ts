import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports what it promises', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ArtifactError',
    'branchVariables',
    'checkCommit',
    'checkId',
    'commitVariables',
    'decideBranch',
    'decideCommit',
    'decideOperatingSystem',
    'formatPrefix',
    'identifyBuild',
    'judgeLinking',
    'layouts',
    'parseKey',
    'parseMeta',
    'parseOsRelease',
    'pushArtifact',
    'readArtifact',
    'readGit',
    'readLayout',
    'textReaderBelow',
  ]);
});
