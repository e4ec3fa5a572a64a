/** `repair:differential`: wheels for seven architectures and both C libraries, compiled by zig, against auditwheel. */
module.exports = {
  displayName: 'repair differential',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.differential.spec.ts'],
  testTimeout: 300_000,
};
