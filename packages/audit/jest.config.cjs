module.exports = {
  displayName: 'audit',
  preset: '../../jest.preset.cjs',
  // The published wheels are a target of their own: audit:corpus.
  testPathIgnorePatterns: ['/node_modules/', '\\.corpus\\.spec\\.ts$'],
};
