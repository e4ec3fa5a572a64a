module.exports = {
  displayName: 'repair',
  preset: '../../jest.preset.cjs',
  // What needs zig is a target of its own: repair:differential.
  testPathIgnorePatterns: ['/node_modules/', '\\.differential\\.spec\\.ts$'],
};
