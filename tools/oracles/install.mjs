/** Installs the Python tools that the tests compare with (auditwheel, uv, twine ...) under `tmp/oracles`. */
import { installRequirements } from './virtual-environment.mjs';

const { fresh } = installRequirements(new URL('requirements.txt', import.meta.url), 'oracles');
console.log(fresh ? 'oracles: installed now' : 'oracles: installed');
