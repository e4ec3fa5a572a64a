module.exports = {
  displayName: 'audit:corpus',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.corpus.spec.ts'],
  // The counts of `npm test` are those of the default tests.
  reporters: ['default'],
};
