import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { entryPointsText } from './entry-points.js';
import type { Project } from './project/project.js';

const PROJECT: Project = {
  name: 'a',
  version: '1',
  scripts: { zeta: 'pkg.cli:main', 'alpha-1': 'pkg.cli:App.run [extra]' },
  'gui-scripts': { view: 'pkg:view' },
  'entry-points': { 'z.group': { 'b c': 'pkg.mod' }, a_group: { '100%': 'pkg:x', é: 'pkg.é:y' }, empty: {} },
};

describe('entryPointsText', () => {
  it('is sorted', () => {
    expect(entryPointsText(PROJECT)).toBe(`[console_scripts]
alpha-1 = pkg.cli:App.run [extra]
zeta = pkg.cli:main

[gui_scripts]
view = pkg:view

[a_group]
100% = pkg:x
é = pkg.é:y

[z.group]
b c = pkg.mod
`);
  });

  it('is what importlib.metadata reads', async () => {
    const script = `from importlib.metadata import EntryPoints
points = EntryPoints._from_text_for(argv[0], None)
print(json.dumps([[p.group, p.name, p.value] for p in points]))`;
    expect(await python(script, entryPointsText(PROJECT))).toEqual([
      ['console_scripts', 'alpha-1', 'pkg.cli:App.run [extra]'],
      ['console_scripts', 'zeta', 'pkg.cli:main'],
      ['gui_scripts', 'view', 'pkg:view'],
      ['a_group', '100%', 'pkg:x'],
      ['a_group', 'é', 'pkg.é:y'],
      ['z.group', 'b c', 'pkg.mod'],
    ]);
  });

  it('is absent where there are none', () => {
    expect(entryPointsText({ name: 'a', version: '1', 'entry-points': { empty: {} } })).toBeUndefined();
  });

  it.each<Partial<Project>>([
    { scripts: { 'a\nb': 'm:f' } },
    { scripts: { a: 'm:f\n[other]' } },
    { 'gui-scripts': { a: 'm' } },
    { 'entry-points': { 'a]\n[b': { c: 'm' } } },
    { 'entry-points': { gui_scripts: { c: 'm:f' } } },
    { 'entry-points': { a: { '[b]': 'm' } } },
    { 'entry-points': { a: { '#b': 'm' } } },
    { 'entry-points': { a: { b: '1m' } } },
  ])('refuses %j', (change) => {
    expect(() => entryPointsText({ name: 'a', version: '1', ...change })).toThrow(
      expect.objectContaining({ code: 'bad-entry-point' }),
    );
  });
});
