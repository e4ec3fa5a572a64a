/**
 * Preloaded into a process: kills it before its FAILPOINT-th write, truncate, sync, copy or rename, as a power cut
 * would. Where there are fewer, it says how many there were.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const wanted = Number(process.env.FAILPOINT ?? 0);
let step = 0;
const failpoint = () => {
  step += 1;
  if (step === wanted) process.kill(process.pid, 'SIGKILL');
};

const guarded = (owner, name) => {
  const original = owner[name];
  owner[name] = function (...args) {
    failpoint();
    return original.apply(this, args);
  };
};
const handle = await fs.open(process.execPath, 'r');
for (const name of ['write', 'truncate', 'sync']) guarded(Object.getPrototypeOf(handle), name);
await handle.close();
for (const name of ['rename', 'copyFile', 'mkdir', 'rm']) guarded(fs, name);
syncBuiltinESMExports();
