import { describe, expect, it } from '@jest/globals';
import { WheelError } from '../error.js';
import { checkProject } from './check-project.js';

const GOOD = {
  name: 'simpledet-ops',
  version: '1.0',
  description: 'Custom operators',
  readme: { file: 'docs/README', 'content-type': 'text/markdown; variant=GFM' },
  'requires-python': '>=3.8',
  license: 'Apache-2.0',
  'license-files': ['LICENSE*', 'vendored/**/COPYING'],
  authors: [{ name: 'Ada Lovelace', email: 'ada@example.org' }, { name: 'Bob' }],
  maintainers: [{ email: 'ops@example.org' }],
  keywords: ['mxnet', 'operators'],
  classifiers: ['Programming Language :: Python :: 3'],
  urls: { 'Source Code': 'https://example.org/code' },
  scripts: { 'ops-info': 'simpledet_ops.cli:main' },
  'gui-scripts': { 'ops-view': 'simpledet_ops.gui:App.run' },
  'entry-points': { 'simpledet.plugins': { 'group norm': 'simpledet_ops.norm' } },
  dependencies: ['numpy>=1.20'],
  'optional-dependencies': { test: ['pytest'] },
  dynamic: [],
};

describe('checkProject', () => {
  it('gives a sound table back', () => {
    expect(checkProject(GOOD)).toBe(GOOD);
  });

  it.each<[key: string, table: object, message: string]>([
    ['project.name', { name: '-a' }, 'not a distribution name'],
    ['project.name', { name: undefined }, 'must be a text'],
    ['project.version', { version: 1 }, 'must be a text, not a number'],
    ['project.version', { version: '1.0-x' }, 'Versions look like'],
    ['project.description', { description: 'a\nName: evil' }, 'one line'],
    ['project.readme', { readme: 'README' }, 'none of .md, .rst and .txt'],
    ['project.readme', { readme: '../README.md' }, 'inside the project'],
    ['project.readme', { readme: { 'content-type': 'text/plain' } }, 'either file or text'],
    ['project.readme.content-type', { readme: { text: 'x' } }, 'is missing'],
    [
      'project.readme.content-type',
      { readme: { text: 'x', 'content-type': 'text/html' } },
      'not a content type',
    ],
    ['project.requires-python', { 'requires-python': '3.8' }, 'not a version specifier'],
    ['project.license', { license: 'Apache 2.0' }, 'not an SPDX license expression'],
    ['project.license.text', { license: { text: 'a\nb' }, 'license-files': undefined }, 'one line'],
    ['project.license', { license: { text: 'MIT' } }, 'beside license-files'],
    ['project.license-files[1]', { 'license-files': ['L', '/etc/passwd'] }, 'inside the project'],
    ['project.authors[0].name', { authors: [{ name: 'Lovelace, Ada' }] }, 'comma'],
    ['project.authors[0].email', { authors: [{ email: 'ada' }] }, 'not an email address'],
    ['project.authors[1]', { authors: [{ name: 'a' }, {}] }, 'a name, an email or both'],
    ['project.authors[0].mail', { authors: [{ name: 'a', mail: 'x' }] }, 'known: name, email'],
    ['project.maintainers', { maintainers: 'Ada' }, 'must be an array, not a string'],
    ['project.keywords[0]', { keywords: ['a,b'] }, 'comma'],
    ['project.classifiers[0]', { classifiers: ['License :: OSI Approved :: MIT License'] }, 'leave it out'],
    ['project.urls."Source Code"', { urls: { 'Source Code': 'here' } }, 'not a URL'],
    ['project.urls."a,b"', { urls: { 'a,b': 'https://example.org' } }, 'comma'],
    ['project.scripts."../x"', { scripts: { '../x': 'a:b' } }, 'name of a command'],
    ['project.scripts.x', { scripts: { x: 'module' } }, 'names no function'],
    ['project.entry-points.console_scripts', { 'entry-points': { console_scripts: {} } }, 'project.scripts'],
    ['project.entry-points.a."b=c"', { 'entry-points': { a: { 'b=c': 'm' } } }, 'name of an entry point'],
    ['project.entry-points.a.b', { 'entry-points': { a: { b: 'm:' } } }, 'object reference'],
    ['project.dependencies[0]', { dependencies: ['numpy >> 1'] }, 'not a requirement'],
    [
      'project.optional-dependencies.A_b',
      { 'optional-dependencies': { 'a-b': [], A_b: [] } },
      'same extra as a-b',
    ],
    ['project.dynamic', { dynamic: ['classifiers'] }, 'write project.classifiers itself'],
    ['project.import-names', { 'import-names': ['a'] }, 'not a known key'],
    ['project.constructor', { constructor: 'x' }, 'not a known key'],
    ['project.authors', { authors: new Date(0) }, 'not a date'],
  ])('reports %s in %j', (key, change, message) => {
    const { problems, code } = refused({ ...GOOD, ...change });
    expect(code).toBe('bad-project');
    expect(problems).toContainEqual({ key, message: expect.stringContaining(message) as unknown });
  });

  it('lists every problem, in its message too', () => {
    const { message, problems } = refused({ version: 'one', dynamic: ['name'], urls: 3 });
    expect(problems.map(({ key }) => key)).toEqual(['project.version', 'project.urls', 'project.dynamic']);
    expect(message).toMatch(
      /^the table \[project\] has 3 problems:\n {2}project\.version: "one" is not a version/,
    );
  });

  it('asks for name and version', () => {
    expect(refused({}).problems.map(({ key }) => key)).toEqual(['project.name', 'project.version']);
    expect(refused({ dynamic: ['version'], name: 'a' }).problems).toEqual([
      { key: 'project.dynamic', message: 'version cannot be computed here: write project.version itself' },
    ]);
  });

  it.each([undefined, null, 'x', 1, []])('refuses %j for a table', (table) => {
    expect(refused(table).problems[0]).toEqual({
      key: 'project',
      message: expect.stringContaining('must be a table') as unknown,
    });
  });
});

function refused(table: unknown): WheelError {
  try {
    checkProject(table);
  } catch (error) {
    if (error instanceof WheelError) return error;
  }
  throw new Error('no WheelError was thrown');
}
