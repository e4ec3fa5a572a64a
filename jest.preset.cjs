/**
 * What every package's tests share: sources are tested as they are (no build before), as ES modules, and each
 * run leaves its counts and the reasons of its skips in `test-output/`, where `npm test` adds them up.
 */
const path = require('node:path');

const swc = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
  sourceMaps: 'inline',
  swcrc: false,
};

module.exports = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@wheelwright/source', 'node', 'node-addons'] },
  testMatch: ['**/src/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  // TypeScript names the emitted file in its imports; the tests run the source beside it.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json'],
  reporters: ['default', path.join(__dirname, 'tools/test/counts-reporter.cjs')],
  testTimeout: 30_000,
};
