import { z } from 'zod';
import { materialProblems, materialShape, type MaterialTable } from './material.js';

/** A path inside the project, as people write it: relative, with `/`. Where it may lead is checked by its user. */
const path = z.string().min(1);
const words = z.array(z.string());
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of an environment variable');
const environment = z.record(variableName, z.string());

const buildSystem = z.enum(['cmake', 'meson', 'make']);

const library = z.strictObject({ from: path, base: path.optional(), to: path.optional() });

/** Turns what is wrong with a table's source into the schema's complaints. */
const oneSource =
  (...kinds: Parameters<typeof materialProblems>[1]) =>
  (table: MaterialTable, context: z.RefinementCtx): void => {
    for (const { key, message } of materialProblems(table, kinds))
      context.addIssue({ code: 'custom', message, path: key === undefined ? [] : [key] });
  };

const overlay = z
  .strictObject({ path: path.optional(), ...materialShape, subdir: path.optional(), to: path.optional() })
  .superRefine(oneSource('path', 'git', 'npm', 'pypi', 'archive'));

const source = z
  .strictObject({
    path: path.optional(),
    ...materialShape,
    subdir: path.optional(),
    overlays: z.array(overlay).default([]),
    remove: words.default([]),
    patches: z.array(path).default([]),
  })
  .superRefine((table, context) => {
    const { git, npm, pypi, archive } = table;
    const isHere = [git, npm, pypi, archive].every((other) => other === undefined);
    oneSource('path', 'git', 'npm', 'pypi', 'archive')(isHere ? { path: '.', ...table } : table, context);
  });

const compile = z
  .strictObject({
    runner: z.enum(['local', 'docker', 'slurm', 'kubernetes']).default('local'),
    toolchain: z.enum(['zig', 'host', 'gcc']).default('zig'),
    targets: z.array(z.string().min(1)).min(1).default(['manylinux2014_x86_64']),
    'build-system': buildSystem.optional(),
    options: words.default([]),
    command: z.array(z.string()).min(1).optional(),
    commands: z.array(z.array(z.string()).min(1)).min(1).optional(),
    // An empty one is none, as in the example of every key.
    'wheel-command': words.default([]),
    ccache: z.boolean().default(true),
    env: environment.default({}),
    image: z.string().min(1).optional(),
    /** Whose command line the runner docker speaks. */
    engine: z.enum(['docker', 'podman']).default('docker'),
    network: z.boolean().default(false),
    memory: z.string().optional(),
    disk: z.string().optional(),
    cpus: z.number().positive().optional(),
    pids: z.int().positive().optional(),
    'time-limit': z.number().positive().optional(),
    shared: path.optional(),
    partition: z.string().optional(),
    account: z.string().optional(),
    qos: z.string().optional(),
    constraint: z.string().optional(),
    namespace: z.string().min(1).optional(),
    context: z.string().min(1).optional(),
    'transfer-image': z.string().min(1).optional(),
    'pull-policy': z.enum(['IfNotPresent', 'Always', 'Never']).optional(),
    'pull-secrets': z.array(z.string().min(1)).optional(),
    'node-selector': z.record(z.string(), z.string()).optional(),
    'host-network': z.boolean().optional(),
    pythons: z.array(z.string().regex(/^3\.\d{1,2}$/, 'is no version of Python such as 3.11')).default([]),
  })
  .refine(
    (table) =>
      [
        table['build-system'] !== undefined,
        table.command !== undefined,
        table.commands !== undefined,
        table['wheel-command'].length > 0,
      ].filter(Boolean).length === 1,
    { message: 'needs one of build-system, command, commands and wheel-command' },
  );

const staticDependency = z
  .strictObject({
    name: z.string().min(1),
    version: z.string().min(1),
    ...materialShape,
    license: z.string().min(1).optional(),
    subfolder: path.optional(),
    'build-system': buildSystem.optional(),
    options: words.default([]),
    commands: z.array(z.array(z.string()).min(1)).optional(),
    env: environment.default({}),
    licenses: words.default([]),
  })
  .refine((table) => (table['build-system'] === undefined) !== (table.commands === undefined), {
    message: 'needs either build-system or commands',
  })
  .superRefine(oneSource('git', 'npm', 'pypi', 'archive'));

const variant = z.strictObject({
  name: z.string().min(1).optional(),
  summary: z.string().min(1).optional(),
  readme: z.string().min(1).optional(),
  env: environment.default({}),
  overlays: z.array(overlay).default([]),
  'requires-dist': words.default([]),
});

const repair = z.strictObject({
  exclude: words.default([]),
  providers: words.default([]),
  roots: words.default([]),
  'graft-drivers': words.default([]),
  'keep-names': words.default([]),
  strip: z.enum(['none', 'debug', 'all']).default('none'),
  ldpaths: z.array(path).optional(),
});

/** The table `[tool.wheelwright]` of a pyproject.toml, as docs/configuration.md describes it. */
export const toolSchema = z.strictObject({
  package: z
    .string()
    .regex(/^[^\W\d]\w*(\.[^\W\d]\w*)*$/u, 'is no import name, such as simpledet_ops')
    .optional(),
  namespace: z.boolean().default(false),
  libraries: z.array(library).min(1).optional(),
  linking: z.enum(['static', 'dynamic']).default('static'),
  source: source.optional(),
  compile: compile.optional(),
  static: z.array(staticDependency).default([]),
  variants: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._+-]*$/, 'is no variant word, such as cu102'), variant)
    .default({}),
  repair: repair.optional(),
  store: z.strictObject({ url: z.string().min(1) }).optional(),
  identity: z
    .strictObject({
      'commit-env': z.array(variableName).min(1).optional(),
      'branch-env': z.array(variableName).min(1).optional(),
    })
    .default({}),
});

/** What `[tool.wheelwright]` says, with defaults filled in. */
export type ToolTable = z.infer<typeof toolSchema>;
