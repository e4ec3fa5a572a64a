import { expect, it } from '@jest/globals';
import * as api from './index.js';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual([
    ...[
      'DEFAULT_LIMITS',
      'KeyShop',
      'RunnerError',
      'clusterVersion',
      'collectLibraries',
      'compile',
      'compileKey',
      'dockerRunner',
      'hasResult',
      'kubernetesRunner',
      'localRunner',
      'parseTarget',
      'planCells',
      'receiveResult',
      'selectLibraries',
      'sendResult',
      'slurmRunner',
    ],
  ]);
});
