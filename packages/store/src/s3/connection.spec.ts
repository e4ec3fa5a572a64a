import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStore } from '../open-store.js';

const before = process.env;

beforeEach(() => {
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_')));
  process.env['AWS_CONFIG_FILE'] = '/nowhere';
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nowhere';
});

afterEach(() => {
  process.env = before;
});

it('says that no region is set, and where one is set', async () => {
  const store = openStore('s3://a-bucket/simple');
  await expect(store.head('key')).rejects.toMatchObject({
    code: 'access-denied',
    message: 'No region is set for S3',
    hint: expect.stringContaining('AWS_REGION'),
  });
});
