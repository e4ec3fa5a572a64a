import {
  checkEntryPointGroup,
  checkEntryPointName,
  checkObjectReference,
  checkScriptName,
  checkScriptReference,
} from '../entry-points.js';
import { type ProjectProblem, WheelError } from '../error.js';
import { normaliseLicenseExpression } from '../license-expression.js';
import { checkName, normaliseExtra } from '../name.js';
import { checkedSpecifier, parseRequirement } from '../requirement.js';
import { normaliseVersion } from '../version.js';
import {
  below,
  type Check,
  insideProject,
  isTable,
  line,
  list,
  record,
  type Report,
  shape,
  text,
} from './check.js';
import { checkPerson } from './person.js';
import type { Project } from './project.js';
import { checkReadme } from './readme.js';

const LONGEST_URL_LABEL = 32;

const checkUrlLabel = (label: string): void => {
  if (label.trim() === '' || label.length > LONGEST_URL_LABEL || label.includes(',')) {
    throw new WheelError(
      'bad-metadata',
      `has a label that is empty, has a comma or over ${LONGEST_URL_LABEL} characters`,
    );
  }
};

const checkUrl = (url: string): void => {
  if (!URL.canParse(url)) throw new WheelError('bad-metadata', `${JSON.stringify(url)} is not a URL`);
};

const checkKeyword = (keyword: string): void => {
  if (keyword.includes(','))
    throw new WheelError('bad-metadata', 'must not contain a comma: write two keywords');
};

const checkLicense: Check = (value, key, report) => {
  if (!isTable(value)) {
    line(normaliseLicenseExpression)(value, key, report);
    return;
  }
  // Without the expression this is the header `License`, which has one line.
  shape({ text: line(), file: line(insideProject) })(value, key, report);
  if ((value['text'] === undefined) === (value['file'] === undefined))
    report(key, 'needs either text or file');
};

const scripts = record(line(checkScriptReference), checkScriptName);

/** Every key of the table with what is asked of its value (PEP 621, PEP 639). */
const FIELDS: Readonly<Record<keyof Project, Check>> = {
  name: text(checkName),
  version: text(normaliseVersion),
  description: line(),
  readme: checkReadme,
  'requires-python': line(checkedSpecifier),
  license: checkLicense,
  'license-files': list(line(insideProject)),
  authors: list(checkPerson),
  maintainers: list(checkPerson),
  keywords: list(line(checkKeyword)),
  classifiers: list(line()),
  urls: record(line(checkUrl), checkUrlLabel),
  scripts,
  'gui-scripts': scripts,
  'entry-points': record(record(line(checkObjectReference), checkEntryPointName), checkEntryPointGroup),
  dependencies: list(line(parseRequirement)),
  'optional-dependencies': record(list(line(parseRequirement)), normaliseExtra),
  dynamic: list(text()),
};

/**
 * Checks the `[project]` table of a pyproject.toml and gives it a type. Finds all problems, not the first one.
 * Throws `bad-project`, whose message and `problems` list each with its key (`project.version`). Nothing can be
 * `dynamic`: this tool runs no build backend that could compute it.
 */
export function checkProject(table: unknown): Project {
  const problems: ProjectProblem[] = [];
  const report: Report = (key, message) => problems.push({ key, message });
  shape(FIELDS)(table, 'project', report);
  if (isTable(table)) acrossFields(table, report);
  if (problems.length > 0) {
    const lines = problems.map(({ key, message }) => `\n  ${key}: ${message}`).join('');
    throw new WheelError('bad-project', `the table [project] has ${counted(problems.length)}:${lines}`, {
      problems,
    });
  }
  // Every field has passed its check above: this is what the type says.
  return table as Project;
}

/** What one field asks of another. */
function acrossFields(table: Readonly<Record<string, unknown>>, report: Report): void {
  const dynamic = Array.isArray(table['dynamic']) ? (table['dynamic'] as unknown[]) : [];
  for (const field of dynamic.filter((name) => typeof name === 'string')) {
    report('project.dynamic', `${field} cannot be computed here: write ${below('project', field)} itself`);
  }
  for (const field of ['name', 'version']) {
    if (table[field] === undefined && !dynamic.includes(field)) report(below('project', field), 'is missing');
  }
  if (isTable(table['license']) && table['license-files'] !== undefined) {
    report('project.license', 'cannot be a table beside license-files: write an SPDX expression (PEP 639)');
  }
  const classifiers = Array.isArray(table['classifiers']) ? (table['classifiers'] as unknown[]) : [];
  if (typeof table['license'] === 'string') {
    classifiers.forEach((classifier, index) => {
      if (typeof classifier !== 'string' || !classifier.startsWith('License ::')) return;
      report(`project.classifiers[${index}]`, 'says again what license says: leave it out (PEP 639)');
    });
  }
  sameExtras(table['optional-dependencies'], report);
}

/** Two extras with one normalised name would be one extra to every installer (PEP 685). */
function sameExtras(extras: unknown, report: Report): void {
  const seen = new Map<string, string>();
  for (const name of isTable(extras) ? Object.keys(extras) : []) {
    const normalised = name.toLowerCase().replace(/[-_.]+/g, '-');
    const other = seen.get(normalised);
    if (other !== undefined)
      report(below('project.optional-dependencies', name), `is the same extra as ${other}`);
    seen.set(normalised, name);
  }
}

function counted(problems: number): string {
  return problems === 1 ? 'a problem' : `${problems} problems`;
}
