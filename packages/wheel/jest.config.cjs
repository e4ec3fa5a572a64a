module.exports = { displayName: 'wheel', preset: '../../jest.preset.cjs' };
