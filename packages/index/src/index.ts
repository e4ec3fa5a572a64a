export { checkIndex, type IndexProblem } from './check.js';
export { IndexError, type IndexErrorCode } from './error.js';
export { normaliseProject } from './name.js';
export type { IndexFile, ProjectPage, RootPage } from './page.js';
export { publishWheel, type Published, type PublishRequest } from './publish.js';
export { rebuildIndex, type Rebuilt } from './rebuild.js';
export { serveIndex, type IndexServer, type ServeOptions } from './serve.js';
export { readWheelFacts, type WheelFacts } from './wheel-facts.js';
export { yankFiles, type YankRequest } from './yank.js';
