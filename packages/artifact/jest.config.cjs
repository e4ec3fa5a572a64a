module.exports = { displayName: 'artifact', preset: '../../jest.preset.cjs' };
