/**
 * `runner:kubernetes`: the conformance suite in a real cluster of one node, and what only a cluster can show. The suite
 * finds that cluster's runner where the default tests have the runners of this host.
 */
const { moduleNameMapper } = require('../../jest.preset.cjs');

module.exports = {
  displayName: 'runner kubernetes',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.kubernetes.spec.ts'],
  moduleNameMapper: {
    '^\\.\\./testing/runners\\.js$': '<rootDir>/src/testing/kubernetes/runners',
    ...moduleNameMapper,
  },
  testTimeout: 180_000,
};
