// The corpus is a target of its own: it takes 1.3 GB of downloads.
module.exports = {
  displayName: 'variant',
  preset: '../../jest.preset.cjs',
  testPathIgnorePatterns: ['/src/corpus/'],
};
