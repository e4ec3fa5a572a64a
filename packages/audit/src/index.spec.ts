import { describe, expect, it } from '@jest/globals';
import * as audit from './index.js';

describe('the public API', () => {
  it('is these names', () => {
    expect(Object.keys(audit).sort()).toEqual([
      'AuditError',
      'auditElfFile',
      'auditFolder',
      'auditWheel',
      'findHostLibraries',
      'findPolicy',
      'fits',
      'inspectTree',
      'isDriverLibrary',
      'isExtension',
      'judge',
      'libraryPattern',
      'originOf',
      'parsePlatformTag',
      'platformSpellings',
      'policiesOf',
      'suggestTag',
    ]);
  });
});
