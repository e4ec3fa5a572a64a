module.exports = {
  displayName: 'elf',
  preset: '../../jest.preset.cjs',
  // What needs other releases of patchelf, zig or qemu is a target of its own: elf:differential.
  testPathIgnorePatterns: ['/node_modules/', '\\.differential\\.spec\\.ts$'],
};
