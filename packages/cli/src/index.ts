export { run, type Host } from './run.js';
export { EXIT, type ExitCode } from './exit-code.js';
