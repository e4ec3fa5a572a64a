import { expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf } from '@wheelwright/testing';
import { sbomText } from './sbom.js';

it('tells what was grafted, who made it, and what needs what; the same text on every run', async () => {
  const graft = async (name: string, needed: string[]) => ({
    name,
    member: `demo.libs/${name}`,
    from: `/usr/lib/${name}`,
    found: `/usr/lib/${name}`,
    sha256: name.slice(3, 4).repeat(64),
    names: [`${name}.1`],
    changes: {},
    expected: await inspectElf(bufferSource(buildElf({ needed }))),
  });
  const owner = {
    manager: 'deb',
    name: 'libb2',
    version: '1.0-1',
    architecture: 'amd64',
    purl: 'pkg:deb/debian/libb2@1.0-1?arch=amd64',
    licenseFiles: [],
  } as const;
  const entries = [
    { graft: await graft('liba.so', ['libb.so', 'libc.so.6']), owner: undefined },
    { graft: await graft('libb.so', []), owner },
  ];
  const text = sbomText({ distribution: 'demo_ops', version: '1.0' }, 'demo.whl', entries, {
    name: 'wheelwright',
    version: '1',
  });
  const again = sbomText({ distribution: 'demo_ops', version: '1.0' }, 'demo.whl', entries, {
    name: 'wheelwright',
    version: '1',
  });
  expect(again).toBe(text);
  const { components, dependencies, metadata } = JSON.parse(text) as Record<string, unknown>;
  expect(metadata).toMatchObject({ component: { purl: 'pkg:pypi/demo-ops@1.0?file_name=demo.whl' } });
  expect(components).toMatchObject([
    { name: 'liba.so.1', hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }] },
    { name: 'libb2', version: '1.0-1', purl: owner.purl },
  ]);
  const [a, b] = entries.map(({ graft: { member, sha256 } }) => `${member}#${sha256}`);
  expect(dependencies).toMatchObject([
    { dependsOn: [a, b] },
    { ref: a, dependsOn: [b] },
    { ref: b, dependsOn: [] },
  ]);
});
