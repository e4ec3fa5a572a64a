import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { coreMetadata } from './metadata.js';
import { checkProject } from './project/check-project.js';

const PARSE = `from packaging.metadata import Metadata
m = Metadata.from_email(argv[0].encode(), validate=True)
text = lambda values: [str(value) for value in values or []]
print(json.dumps(dict(
  metadata_version=m.metadata_version, name=m.name, version=str(m.version), summary=m.summary,
  description=m.description, description_content_type=m.description_content_type, keywords=m.keywords,
  author=m.author, author_email=m.author_email, maintainer=m.maintainer, maintainer_email=m.maintainer_email,
  license=m.license, license_expression=m.license_expression, license_files=m.license_files,
  classifiers=m.classifiers, requires_dist=text(m.requires_dist), requires_python=str(m.requires_python or ''),
  project_urls=m.project_urls, provides_extra=m.provides_extra)))`;

const parse = (metadata: string): Promise<Record<string, unknown>> => python(PARSE, metadata);

describe('coreMetadata', () => {
  it('says to packaging what the table says', async () => {
    const project = checkProject({
      name: 'SimpleDet.Ops',
      version: '1.0-beta2+cu102',
      description: 'Custom operators für MXNet',
      'requires-python': '>=3.8, <4',
      license: 'Apache-2.0 or mit',
      authors: [
        { name: 'Ada Lovelace', email: 'ada@example.org' },
        { name: 'Dr. "Bob" Ünal', email: 'bob@example.org' },
        { name: 'Carol' },
        { name: 'Dan' },
      ],
      maintainers: [{ email: 'ops@example.org' }],
      keywords: ['mxnet', 'group norm'],
      classifiers: ['Programming Language :: Python :: 3', 'Topic :: Scientific/Engineering'],
      urls: { Homepage: 'https://example.org/', 'Source Code': 'https://example.org/a,b' },
      dependencies: ['numpy >=1.20,<2', 'requests[socks]; python_version < "3.9"'],
      'optional-dependencies': {
        My_Test: ['pytest', 'a @ https://example.org/a.zip ; os_name=="nt"'],
        none: [],
      },
    });
    const readme = {
      text: '# Ops\r\n\r\nName: not a header\r\nÄ\n\n',
      contentType: 'text/markdown; charset=UTF-8',
    };
    const metadata = coreMetadata(project, { readme, licenseFiles: ['LICENSE', 'vendored/zlib/COPYING'] });
    expect(await parse(metadata)).toEqual({
      metadata_version: '2.4',
      name: 'SimpleDet.Ops',
      version: '1.0b2+cu102',
      summary: 'Custom operators für MXNet',
      description: '# Ops\n\nName: not a header\nÄ\n\n',
      description_content_type: 'text/markdown; charset=UTF-8',
      keywords: ['mxnet', 'group norm'],
      author: 'Carol, Dan',
      author_email: 'Ada Lovelace <ada@example.org>, "Dr. \\"Bob\\" Ünal" <bob@example.org>',
      maintainer: null,
      maintainer_email: 'ops@example.org',
      license: null,
      license_expression: 'Apache-2.0 OR MIT',
      license_files: ['LICENSE', 'vendored/zlib/COPYING'],
      classifiers: ['Programming Language :: Python :: 3', 'Topic :: Scientific/Engineering'],
      requires_dist: [
        'numpy<2,>=1.20',
        'requests[socks]; python_version < "3.9"',
        'pytest; extra == "my-test"',
        'a @ https://example.org/a.zip ; os_name == "nt" and extra == "my-test"',
      ],
      requires_python: '<4,>=3.8',
      project_urls: { Homepage: 'https://example.org/', 'Source Code': 'https://example.org/a,b' },
      provides_extra: ['my-test', 'none'],
    });
  });

  it('email addresses are what Python finds in the field', async () => {
    const project = {
      name: 'a',
      version: '1',
      authors: [{ name: 'A. "B" \\ C', email: 'a@b.c' }, { email: 'd@e.f' }],
    };
    const script = `from email import message_from_string
from email.utils import getaddresses
print(json.dumps(getaddresses([message_from_string(argv[0])['Author-email']])))`;
    expect(await python(script, coreMetadata(project))).toEqual([
      ['A. "B" \\ C', 'a@b.c'],
      ['', 'd@e.f'],
    ]);
  });

  it('is short where the table is', async () => {
    expect(coreMetadata({ name: 'a', version: '1' })).toBe('Metadata-Version: 2.4\nName: a\nVersion: 1\n');
    expect(await parse(coreMetadata({ name: 'a', version: '1' }))).toMatchObject({
      name: 'a',
      description: null,
    });
  });

  it('takes a readme and a license from the table', async () => {
    const readme = { text: 'Hello', 'content-type': 'text/plain' };
    const metadata = coreMetadata({ name: 'a', version: '1', readme, license: { text: 'MIT License' } });
    expect(await parse(metadata)).toMatchObject({
      description: 'Hello',
      description_content_type: 'text/plain',
      license: 'MIT License',
      license_expression: null,
    });
  });

  it.each([
    ['Summary', { description: 'a\nRequires-Dist: evil' }],
    ['Summary', { description: 'a\r\n\r\nbody' }],
    ['Classifier', { classifiers: ['a\u2028b'] }],
    ['Project-URL', { urls: { 'a\nb': 'https://example.org' } }],
    ['Keywords', { keywords: ['a\u0085b'] }],
    ['Author', { authors: [{ name: 'a\nb' }] }],
  ])('lets nothing into %s that would end its line', (field, change) => {
    // Unchecked on purpose: a table that was changed after checkProject.
    expect(() => coreMetadata({ name: 'a', version: '1', ...change })).toThrow(
      expect.objectContaining({
        code: 'bad-metadata',
        message: expect.stringContaining(`${field} must be one line`),
      }),
    );
  });

  it('refuses a content type that is unknown and a license file that would be a header', () => {
    const project = { name: 'a', version: '1' };
    expect(() => coreMetadata(project, { readme: { text: '', contentType: 'text/html' } })).toThrow(
      /content type/,
    );
    expect(() => coreMetadata(project, { licenseFiles: ['a\nb'] })).toThrow(/License-File must be one line/);
  });
});
