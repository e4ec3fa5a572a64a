module.exports = {
  displayName: 'cli',
  preset: '../../jest.preset.cjs',
  // What downloads a published library is a target of its own: cli:published.
  testPathIgnorePatterns: ['/node_modules/', '\\.published\\.spec\\.ts$'],
};
