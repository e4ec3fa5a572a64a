/**
 * The child process of `probeLibinfo`: loads a library and asks it for its features. Everything that the library can do
 * to a process happens here. The request (`{ nonce, library }`) comes over standard input, and answers go to descriptor
 * 3, each a line of JSON with the nonce, which the library wasn't given.
 */
import { readFileSync, writeSync } from 'node:fs';

const mostFeatures = 1024;
const { nonce, library } = JSON.parse(readFileSync(0, 'utf8'));

/** @param {object} message */
function answer(message) {
  writeSync(3, `${JSON.stringify({ nonce, ...message })}\n`);
}

async function loadKoffi() {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    answer({ outcome: 'koffi-missing', message: String(error?.message ?? error) });
    return undefined;
  }
}

/** @param {import('koffi').default} koffi */
function ask(koffi) {
  answer({ stage: 'loading' });
  let loaded;
  try {
    loaded = koffi.load(library);
  } catch (error) {
    answer({ outcome: 'load-failed', message: String(error?.message ?? error) });
    return;
  }
  // include/mxnet/c_api.h: struct LibFeature { const char *name; bool enabled; };
  koffi.struct('LibFeature', { name: 'const char *', enabled: 'bool' });
  let libinfo;
  try {
    libinfo = loaded.func('int MXLibInfoFeatures(_Out_ LibFeature **features, _Out_ size_t *size)');
  } catch {
    answer({ outcome: 'no-libinfo' });
    return;
  }
  const features = [null];
  const size = [0];
  const status = libinfo(features, size);
  const count = Number(size[0]);
  if (status !== 0) answer({ outcome: 'libinfo-failed', status });
  else if (features[0] === null || !(count > 0 && count <= mostFeatures))
    answer({ outcome: 'bad-count', count: String(size[0]) });
  else {
    const list = koffi.decode(features[0], koffi.array('LibFeature', count));
    answer({ outcome: 'features', features: list.map(({ name, enabled }) => [name, enabled]) });
  }
}

const koffi = await loadKoffi();
if (koffi !== undefined) ask(koffi);
process.exit(0);
