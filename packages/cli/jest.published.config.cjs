/** `cli:published`: examples against libraries of the package index, which are downloaded. */
module.exports = {
  displayName: 'cli published',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.published.spec.ts'],
  testTimeout: 300_000,
};
