module.exports = {
  displayName: 'runner',
  preset: '../../jest.preset.cjs',
  // Targets of their own: runner:published downloads compilers of hundreds of MB, and runner:kubernetes runs the
  // conformance suite in a cluster; without its configuration it would be the suite of this host, once more.
  testPathIgnorePatterns: ['/node_modules/', '\\.(?:published|kubernetes)\\.spec\\.ts$'],
};
