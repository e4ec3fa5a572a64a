import { isAbsolute } from 'node:path';
import { RunnerError } from './error.js';
import type { CompileRequest, SourceRequest, StaticDependency } from './request.js';
import { checkMaterial } from './source/material.js';

/** A word that is a folder's name and an argument without being an option, a path or anything to a shell. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Looks at everything that can be judged before anything is touched.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkRequest(request: CompileRequest): void {
  const { source, variant, jobs, outputs, dependencies = [] } = request;
  checkSource(source);
  if (variant !== undefined && !WORD.test(variant)) {
    throw bad(
      `the variant '${variant}' is no single word, such as cu102`,
      'letters, digits, and . _ + - inside',
    );
  }
  if (request.python !== undefined && !/^3\.\d{1,2}$/.test(request.python)) {
    throw bad(`the python '${request.python}' is no version such as 3.11`);
  }
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs > 0)) throw bad(`jobs is ${jobs}, not a count`);
  if (outputs.length === 0 && request.wheel === undefined)
    throw bad('no outputs are named', 'say which libraries come out: libraries = [...]');
  checkEnvironment(request.env, `${request.origin ?? 'compile'}.env`);
  dependencies.forEach((dependency, index) => {
    checkDependency(dependency, dependencies.slice(0, index));
  });
}

/**
 * Looks at where a source tree comes from.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkSource(source: SourceRequest): void {
  for (const material of [source, ...(source.overlays ?? [])]) checkMaterial(material, material);
  for (const { value, origin } of source.patches ?? []) {
    if (!isAbsolute(value)) throw bad(`${origin}: '${value}' is no absolute path`);
  }
}

function checkDependency(dependency: StaticDependency, earlier: readonly StaticDependency[]): void {
  const { name, version, origin, source } = dependency;
  for (const [key, word] of [['name', name] as const, ['version', version] as const]) {
    if (!WORD.test(word))
      throw bad(`${origin}.${key}: '${word}' is no single word`, 'it names a folder of the cache');
  }
  if (earlier.some((other) => other.name === name)) throw bad(`${origin}.name: there are two of '${name}'`);
  checkEnvironment(dependency.env, `${origin}.env`);
  checkMaterial(source, dependency);
}

function checkEnvironment(env: Readonly<Record<string, string>> | undefined, origin: string): void {
  for (const [name, value] of Object.entries(env ?? {})) {
    if (!VARIABLE.test(name)) throw bad(`${origin}: '${name}' is no name of an environment variable`);
    if (value.includes('\0')) throw bad(`${origin}.${name}: the value holds a NUL character`);
  }
}

function bad(message: string, hint?: string): RunnerError {
  return new RunnerError('bad-request', message, hint === undefined ? {} : { hint });
}
