/**
 * A project's name as an index spells it: lower case, each run of `-`, `_` and `.` one `-` (PEP 503, normalized names).
 * @public
 */
export function normaliseProject(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Whether a part of an address can be the normalised name of a project. */
export function isProjectName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text) && !text.includes('--');
}

/** Keys below the store's address: each project has a folder with its pages and files. */
export const keys = {
  root: { json: 'index.json', html: 'index.html' },
  project: (name: string) => ({ json: `${name}/index.json`, html: `${name}/index.html` }),
  file: (project: string, filename: string) => `${project}/${filename}`,
  metadata: (project: string, filename: string) => `${project}/${filename}.metadata`,
};
