import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which packages each one may import: the table of docs/architecture.md, enforced. */
const scopes = {
  elf: [],
  wheel: [],
  audit: ['elf', 'wheel'],
  repair: ['elf', 'wheel', 'audit'],
  variant: ['elf'],
  store: [],
  artifact: ['store'],
  index: ['store', 'wheel'],
  runner: [],
  cli: ['elf', 'wheel', 'audit', 'repair', 'variant', 'store', 'artifact', 'index', 'runner'],
  testing: [],
};

/** Which layers each layer may stand on. */
const layers = {
  format: ['format'],
  domain: ['format', 'domain'],
  infra: ['format', 'infra'],
  app: ['format', 'domain', 'infra', 'app'],
  testing: [],
};

const depConstraints = (extra) => [
  ...Object.entries(scopes).map(([scope, allowed]) => ({
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [scope, ...allowed, ...extra].map((name) => `scope:${name}`),
    ...(scope === 'store' ? {} : { bannedExternalImports: ['@aws-sdk/*'] }),
  })),
  ...Object.entries(layers).map(([layer, allowed]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [layer, ...allowed, ...extra].map((name) => `layer:${name}`),
  })),
];

const boundaries = (extra = []) => ({
  '@nx/enforce-module-boundaries': ['error', { depConstraints: depConstraints(extra) }],
});

export default [
  { ignores: ['**/dist', '**/out-tsc', '**/test-output', '**/node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  ...nx.configs['flat/base'],
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...boundaries(),
      'max-lines': ['error', { max: 300 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Name what is exported: the public API is a decision.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  // Helpers of a package's own tests: they are no part of its build.
  { files: ['**/src/testing/**/*.ts'], rules: boundaries(['testing']) },
  {
    files: ['**/*.spec.ts'],
    rules: {
      ...boundaries(['testing']),
      // Tests read their own fixtures: a missing element fails the test, which is what it should do.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    files: ['packages/*/package.json', '**/package.json'],
    languageOptions: { parser: await import('jsonc-eslint-parser') },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          ignoredFiles: [
            '{projectRoot}/eslint.config.mjs',
            '{projectRoot}/jest.config.cjs',
            '{projectRoot}/src/**/*.spec.ts',
          ],
          checkVersionMismatches: false,
          // Loaded late, by a program that a child process runs: packages/variant/probe.
          ignoredDependencies: ['koffi'],
        },
      ],
    },
  },
  prettier,
];
