/**
 * What MXNet's libinfo says of a library: the names of the features that it was compiled with or without. oneDNN is
 * always `ONEDNN` here, which libraries before 2.0 call `MKLDNN`.
 * @public
 */
export type LibinfoFeatures = Readonly<Record<string, boolean>>;

const mostFeatures = 1024;
const featureName = /^[A-Za-z0-9_]{1,64}$/;

/**
 * Checks what a library said: it comes out of foreign code.
 * @param value - pairs of name and flag
 * @returns the features, or `undefined` where it's not that
 */
export function checkFeatures(value: unknown): LibinfoFeatures | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostFeatures) return undefined;
  const features = new Map<string, boolean>();
  for (const pair of value as unknown[]) {
    const [name, enabled] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name !== 'string' || !featureName.test(name) || typeof enabled !== 'boolean') return undefined;
    features.set(name === 'MKLDNN' ? 'ONEDNN' : name, enabled);
  }
  return Object.fromEntries(features);
}
