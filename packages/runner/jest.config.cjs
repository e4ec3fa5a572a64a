module.exports = {
  displayName: 'runner',
  preset: '../../jest.preset.cjs',
  // What downloads compilers of hundreds of MB is a target of its own: runner:published.
  testPathIgnorePatterns: ['/node_modules/', '\\.published\\.spec\\.ts$'],
};
