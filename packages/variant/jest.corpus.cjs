/** `nx run variant:corpus`: published libraries and real compilers, which `variant-corpus:install` brings. */
module.exports = {
  displayName: 'variant corpus',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/corpus/**/*.spec.ts'],
};
