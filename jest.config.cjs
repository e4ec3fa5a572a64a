// One entry for editors and for `npx jest`; `npm test` runs each package's own configuration through Nx.
const { getJestProjectsAsync } = require('@nx/jest');

module.exports = async () => ({ projects: await getJestProjectsAsync() });
