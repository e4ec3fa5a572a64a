const { randomUUID } = require('node:crypto');

/**
 * The target's inputs name the example's files, so a plain run is cached by them. Arguments may point to a
 * project that no input covers: such a run is never answered from the cache.
 */
module.exports = async function hash(task, { hasher, taskGraph, env }) {
  const known = await hasher.hashTask(task, taskGraph, env);
  const overrides = task.overrides ?? {};
  const hasArguments = (overrides.__overrides_unparsed__ ?? []).length > 0;
  return hasArguments ? { ...known, value: `${known.value}-${randomUUID()}` } : known;
};
