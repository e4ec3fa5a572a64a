module.exports = { displayName: 'elf', preset: '../../jest.preset.cjs' };
