module.exports = { displayName: 'variant', preset: '../../jest.preset.cjs' };
