const { spawn } = require('node:child_process');
const path = require('node:path');

/**
 * Runs `wheelwright COMMAND ARGS` with what stands behind `--` on Nx's command line, letter by letter: the
 * arguments are neither parsed nor quoted on the way. Interrupting Nx interrupts the command, which cleans up.
 */
module.exports = async function wheelwright(options, context) {
  const bin = path.join(context.root, 'packages/cli/bin/wheelwright.js');
  const child = spawn(process.execPath, [bin, options.command, ...(options.__unparsed__ ?? [])], {
    cwd: context.root,
    env: { ...options.environment, ...process.env },
    stdio: 'inherit',
  });
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
  const success = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
  return { success };
};
