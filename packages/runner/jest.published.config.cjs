/** `runner:published`: the images that take compilers of the package index, which are downloaded. */
module.exports = {
  displayName: 'runner published',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.published.spec.ts'],
  testTimeout: 600_000,
};
