import type { ListedObject, Store } from '@wheelwright/store';
import { isProjectName } from './name.js';

/** The objects of one project's folder, by their kind. */
export interface ProjectObjects {
  readonly wheels: Map<string, ListedObject>;
  readonly metadata: Map<string, ListedObject>;
  hasJson: boolean;
  hasHtml: boolean;
}

/** What lies in the store of an index. */
export interface Contents {
  readonly projects: ReadonlyMap<string, ProjectObjects>;
  readonly hasRoot: boolean;
  /** Keys that no index has. */
  readonly foreign: readonly string[];
}

/** Sorts the keys of a store by what they are to an index. */
export async function listContents(store: Store, signal: AbortSignal | undefined): Promise<Contents> {
  const projects = new Map<string, ProjectObjects>();
  const foreign: string[] = [];
  let hasRoot = false;
  for await (const object of store.list('', { signal })) {
    const [project = '', name, ...more] = object.key.split('/');
    if (name === undefined && (project === 'index.json' || project === 'index.html')) {
      hasRoot ||= project === 'index.json';
    } else if (name === undefined || more.length > 0 || !isProjectName(project)) {
      foreign.push(object.key);
    } else {
      const objects: ProjectObjects = projects.get(project) ?? {
        wheels: new Map(),
        metadata: new Map(),
        hasJson: false,
        hasHtml: false,
      };
      if (name === 'index.json') objects.hasJson = true;
      else if (name === 'index.html') objects.hasHtml = true;
      else if (name.endsWith('.whl')) objects.wheels.set(name, object);
      else if (name.endsWith('.whl.metadata'))
        objects.metadata.set(name.slice(0, -'.metadata'.length), object);
      else foreign.push(object.key);
      projects.set(project, objects);
    }
  }
  return { projects, hasRoot, foreign };
}
