import { formatHeaderFields, type HeaderField } from './header-fields.js';
import { normaliseLicenseExpression } from './license-expression.js';
import { checkName, normaliseExtra } from './name.js';
import { personFields } from './project/person.js';
import type { Project } from './project/project.js';
import { checkContentType } from './project/readme.js';
import { checkedSpecifier, parseRequirement, requiresDist } from './requirement.js';
import { normaliseVersion } from './version.js';

/** What METADATA needs beside the table, from files that the caller has read or found. */
export interface MetadataContent {
  readonly readme?: { readonly text: string; readonly contentType: string };
  /** The files that `license-files` matched, by their paths in `dist-info/licenses/`. */
  readonly licenseFiles?: readonly string[];
}

/**
 * Writes METADATA, version 2.4 (core metadata specification; PEP 566, 621, 639, 685), from a checked table. The
 * readme becomes the message's body; a readme given as text in the table is taken where none is handed in.
 * Throws `bad-metadata` for a value that isn't one line or that its field's specification refuses.
 */
export function coreMetadata(project: Project, content: MetadataContent = {}): string {
  const readme = content.readme ?? inlineReadme(project);
  if (readme !== undefined) checkContentType(readme.contentType);
  checkName(project.name);
  const fields: HeaderField[] = [
    ['Metadata-Version', '2.4'],
    ['Name', project.name],
    ['Version', normaliseVersion(project.version)],
    ...optional('Summary', project.description),
    ...personFields('Author', project.authors ?? []),
    ...personFields('Maintainer', project.maintainers ?? []),
    ...licenseFields(project, content.licenseFiles ?? []),
    ...optional('Keywords', project.keywords?.join(',') || undefined),
    ...repeated('Classifier', project.classifiers),
    ...Object.entries(project.urls ?? {}).map(
      ([label, url]): HeaderField => ['Project-URL', `${label}, ${url}`],
    ),
    ...optional(
      'Requires-Python',
      project['requires-python'] && checkedSpecifier(project['requires-python']),
    ),
    ...requirementFields(project),
    ...optional('Description-Content-Type', readme?.contentType),
  ];
  const body = readme === undefined ? '' : `\n${readme.text.replace(/\r\n?/g, '\n')}`;
  return formatHeaderFields(fields, 'bad-metadata') + body;
}

function inlineReadme({ readme }: Project): MetadataContent['readme'] {
  if (typeof readme !== 'object' || !('text' in readme)) return undefined;
  return { text: readme.text, contentType: readme['content-type'] };
}

/** PEP 639: the expression excludes `License`, which the older table form still writes. */
function licenseFields({ license }: Project, files: readonly string[]): HeaderField[] {
  const [field, value] =
    typeof license === 'string'
      ? ['License-Expression', normaliseLicenseExpression(license)]
      : ['License', license !== undefined && 'text' in license ? license.text : undefined];
  return [...optional(field, value), ...repeated('License-File', files)];
}

function requirementFields(project: Project): HeaderField[] {
  const always = (project.dependencies ?? []).map((text) => requiresDist(parseRequirement(text)));
  const extras = Object.entries(project['optional-dependencies'] ?? {}).map(([name, requirements]) => ({
    extra: normaliseExtra(name),
    requirements: requirements.map((text) => requiresDist(parseRequirement(text), name)),
  }));
  return [
    ...repeated('Requires-Dist', always),
    ...extras.flatMap(({ extra, requirements }): HeaderField[] => [
      ['Provides-Extra', extra],
      ...repeated('Requires-Dist', requirements),
    ]),
  ];
}

function optional(name: string, value: string | undefined): HeaderField[] {
  return value === undefined ? [] : [[name, value]];
}

function repeated(name: string, values: readonly string[] = []): HeaderField[] {
  return values.map((value) => [name, value]);
}
