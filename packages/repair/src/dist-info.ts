import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  addMetadataFields,
  metadataFields,
  parseWheelFilename,
  wheelFileWith,
  type WheelInput,
} from '@wheelwright/wheel';
import type { RepairPlan } from './plan/repair-plan.js';
import { sbomText, type SbomEntry } from './sbom.js';
import type { OpenedWheel } from './wheel-facts.js';

/** No METADATA or WHEEL file is larger: one holds a readme. */
const MAX_TEXT = 16 << 20;
const MAX_LICENSE = 4 << 20;

/**
 * What changes in dist-info: WHEEL's tags, METADATA's requirements and licence files, the SBOM and the licence texts of
 * what was grafted. WHEEL and METADATA come last, as the format recommends.
 */
export async function distInfoInputs(
  wheel: OpenedWheel,
  plan: RepairPlan,
  grafted: readonly SbomEntry[],
  tool: { readonly name: string; readonly version: string },
): Promise<WheelInput[]> {
  const { distInfo, fileName } = wheel;
  const licenses = await licenseInputs(distInfo, grafted);
  const inputs: WheelInput[] = [...licenses];
  if (grafted.length > 0) {
    const text = sbomText(fileName, plan.fileName, grafted, tool);
    inputs.push({ name: `${distInfo}/sboms/wheelwright.cdx.json`, content: Buffer.from(text) });
  }
  const metadata = await textOf(wheel, 'METADATA');
  const changed = addMetadataFields(metadata, [
    ...missingRequirements(metadata, plan).map((requirement) => ['Requires-Dist', requirement] as const),
    ...licenseFields(metadata, distInfo, licenses),
  ]);
  if (changed !== metadata) inputs.push({ name: `${distInfo}/METADATA`, content: Buffer.from(changed) });
  const before = await textOf(wheel, 'WHEEL');
  const after = plainPlatlib(
    wheelFileWith(before, parseWheelFilename(plan.fileName)) ?? before,
    fileName.tags.platform,
  );
  if (after !== before) inputs.push({ name: `${distInfo}/WHEEL`, content: Buffer.from(after) });
  return inputs;
}

async function textOf({ members, distInfo }: OpenedWheel, name: string): Promise<string> {
  const bytes = await members.get(`${distInfo}/${name}`)?.bytes(MAX_TEXT);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** A wheel that said `any` was installed as if there were no native code in it. */
function plainPlatlib(text: string, oldPlatform: string): string {
  if (!oldPlatform.split('.').includes('any')) return text;
  return text.replace(/^Root-Is-Purelib:.*$/im, 'Root-Is-Purelib: false');
}

/** A project that METADATA requires already is left as it is there: its author knows the bounds better. */
function missingRequirements(metadata: string, { providers }: RepairPlan): string[] {
  const normal = (text: string): string =>
    (/^[A-Za-z0-9._-]+/.exec(text)?.[0] ?? '').toLowerCase().replaceAll(/[-_.]+/g, '-');
  const present = new Set(metadataFields(metadata, 'Requires-Dist').map(normal));
  const wanted = providers.map(({ requirement }) => requirement).sort();
  return [...new Set(wanted)].filter((requirement) => !present.has(normal(requirement)));
}

/** PEP 639: METADATA of version 2.4 and later names every licence file; older ones don't know the field's folder. */
function licenseFields(
  metadata: string,
  distInfo: string,
  licenses: readonly WheelInput[],
): (readonly [string, string])[] {
  const [version = ''] = metadataFields(metadata, 'Metadata-Version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 4)) return [];
  return licenses.map(({ name }) => ['License-File', name.slice(`${distInfo}/licenses/`.length)]);
}

/** The licence texts of the packages, each under its package's name. */
async function licenseInputs(distInfo: string, grafted: readonly SbomEntry[]): Promise<WheelInput[]> {
  const inputs = new Map<string, WheelInput>();
  for (const { owner } of grafted) {
    for (const path of owner?.licenseFiles ?? []) {
      const name = `${distInfo}/licenses/${owner?.name ?? ''}/${basename(path)}`;
      if (inputs.has(name)) continue;
      const content = await readFile(path).catch(() => undefined);
      if (content !== undefined && content.length <= MAX_LICENSE && isText(content))
        inputs.set(name, { name, content });
    }
  }
  return [...inputs.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** PEP 639: licence files are UTF-8. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
