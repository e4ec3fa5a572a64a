import type { PutOptions } from './store.js';

/** Options of a write whose signal is aborted, too, when its confirmation is rejected: with the reason of that. */
export function stopIfRefused(options: PutOptions): PutOptions {
  const { confirmation, signal } = options;
  if (confirmation === undefined) return options;
  const refused = new AbortController();
  confirmation.catch((reason: unknown) => {
    refused.abort(reason);
  });
  return {
    ...options,
    signal: signal === undefined ? refused.signal : AbortSignal.any([signal, refused.signal]),
  };
}
