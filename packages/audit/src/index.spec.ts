import { describe, expect, it } from '@jest/globals';
import * as audit from './index.js';

describe('the public API', () => {
  it('is these names', () => {
    expect(Object.keys(audit).sort()).toEqual([
      'AuditError',
      'auditElfFile',
      'auditFolder',
      'auditWheel',
      'findPolicy',
      'inspectTree',
      'isExtension',
      'judge',
      'parsePlatformTag',
      'platformSpellings',
      'policiesOf',
    ]);
  });
});
