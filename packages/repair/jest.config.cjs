module.exports = { displayName: 'repair', preset: '../../jest.preset.cjs' };
