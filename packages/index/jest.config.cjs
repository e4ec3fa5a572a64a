module.exports = { displayName: 'index', preset: '../../jest.preset.cjs' };
