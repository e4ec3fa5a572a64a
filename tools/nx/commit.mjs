/**
 * Prints what the built artifact's key depends on beside files: the commit, as an input of cached Nx targets.
 * Outside git there is none, which is an answer too.
 */
import { spawnSync } from 'node:child_process';

const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
console.log(status === 0 ? stdout.trim() : 'no commit');
