/** `elf:differential`: what patchelf is on record to break, and files of other architectures that run under qemu. */
module.exports = {
  displayName: 'elf differential',
  preset: '../../jest.preset.cjs',
  testMatch: ['**/src/**/*.differential.spec.ts'],
  testTimeout: 120_000,
};
