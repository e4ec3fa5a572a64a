import { homedir } from 'node:os';
import { join } from 'node:path';

/** The release of Kubernetes, as go.mod pins it. */
export const version = '1.30.14';

/** Where its programs are kept: beside the other services of the tests, so that every checkout shares one build. */
export const programs = join(
  process.env.WHEELWRIGHT_SERVICES ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wheelwright/services'),
  `kubernetes-${version}`,
);
