/**
 * Builds the programs of a Kubernetes cluster of one node, which no package manager here offers, into a cache folder:
 * `cluster` (API server, controller manager, scheduler, kubelet, kubectl) and `pause`. Takes some 13 minutes where Go's
 * cache is cold; what is there is left alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { programs, version } from './programs.mjs';

const source = fileURLToPath(new URL('.', import.meta.url));

/** Built beside its place, so that an interrupted build is never taken for the program. */
function build(name, flags) {
  const program = join(programs, name);
  if (existsSync(program)) return false;
  mkdirSync(programs, { recursive: true });
  const draft = join(programs, `.${name}-${process.pid}`);
  const go = ['build', '-trimpath', '-mod=readonly', '-buildvcs=false', ...flags, '-o', draft, `./${name}`];
  try {
    execFileSync('nice', ['-n', '19', 'go', ...go], {
      cwd: source,
      stdio: 'inherit',
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
    });
    renameSync(draft, program);
  } finally {
    rmSync(draft, { force: true });
  }
  return true;
}

const [major, minor] = version.split('.');
const stamp = [`gitVersion=v${version}`, `gitMajor=${major}`, `gitMinor=${minor}`];
const linked = stamp.map((each) => `-X k8s.io/component-base/version.${each}`).join(' ');
const fresh = [
  build('pause', ['-ldflags', '-s -w']),
  build('cluster', ['-p', '2', '-tags', 'providerless', '-ldflags', `-s -w ${linked}`]),
];
console.log(`kubernetes: ${fresh.includes(true) ? 'built' : 'everything is here'}: ${programs}`);
