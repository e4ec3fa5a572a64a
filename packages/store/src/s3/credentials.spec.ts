import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { findS3Credentials } from './credentials.js';

const root = await temporaryFolder('credentials');
const before = process.env;

beforeEach(async () => {
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_')));
  const profiles = ['[keys]', 'aws_access_key_id = A', 'aws_secret_access_key = B'];
  const program = JSON.stringify({
    Version: 1,
    AccessKeyId: 'A',
    SecretAccessKey: 'B',
    Expiration: '2099-01-01T00:00:00Z',
  });
  const processes = [
    `[asks]`,
    `credential_process = echo '${program}'`,
    '[broken]',
    'credential_process = false',
  ];
  await writeFile(join(root, 'credentials'), [...profiles, ...processes, ''].join('\n'));
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(root, 'credentials');
  process.env['AWS_CONFIG_FILE'] = join(root, 'none');
  // Nobody is asked over a network.
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
});

afterEach(() => {
  process.env = before;
});

it('finds those of variables before those of a profile', async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' });
  expect(await findS3Credentials()).toEqual({ from: ['environment variables'] });
});

it('finds those of a profile, named by an argument or a variable', async () => {
  expect(await findS3Credentials('keys')).toEqual({ from: ['profile'] });
  process.env['AWS_PROFILE'] = 'asks';
  expect(await findS3Credentials()).toEqual({
    from: expect.arrayContaining(['profile']),
    expires: new Date('2099-01-01T00:00:00Z'),
  });
});

it.each(['none', 'broken'])('finds none where the profile %s gives none', async (profile) => {
  expect(await findS3Credentials(profile)).toBeUndefined();
});

it('finds none where there are none', async () => {
  expect(await findS3Credentials()).toBeUndefined();
});
