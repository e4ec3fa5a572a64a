import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { join } from 'node:path';
import * as api from './index.js';
import { openStore } from './open-store.js';

const folder = await temporaryFolder('open-store');

describe('openStore', () => {
  it.each([
    ['a path', join(folder, 'a store'), {}],
    ['a file: address', pathToFileURL(join(folder, 'a store')).href, {}],
    ['a URL', pathToFileURL(join(folder, 'a store')), {}],
    ['a relative path', './a store', { base: folder }],
  ])('opens %s', (_, address, options) => {
    expect(openStore(address, options).url).toBe(`${pathToFileURL(folder).href}/a%20store/`);
  });

  it('keeps what is put there', async () => {
    await openStore('kept', { base: folder }).put('a', Buffer.from('x'));
    expect(await openStore(pathToFileURL(join(folder, 'kept'))).head('a')).toMatchObject({ size: 1 });
  });

  it.each([
    ['s3://bucket', 's3://bucket/'],
    ['S3://bucket/a/b', 's3://bucket/a/b/'],
    ['s3://my.bucket-1/a%20b+c/', 's3://my.bucket-1/a%20b+c/'],
  ])('opens %s', (address, url) => {
    expect(openStore(address).url).toBe(url);
  });

  it.each([
    's3://',
    's3:bucket',
    's3://Bucket/a',
    's3://b',
    's3://bucket//a',
    's3://bucket/../a',
    's3://bucket/%zz',
  ])('refuses %s', (address) => {
    expect(() => openStore(address)).toThrow(
      expect.objectContaining({ code: 'invalid-url', hint: expect.stringContaining('s3://') }),
    );
  });

  it.each(['https://example.org/', 'gs:bucket'])('says which schemes there are for %s', (address) => {
    expect(() => openStore(address)).toThrow(
      expect.objectContaining({ code: 'unsupported-scheme', hint: expect.stringContaining('file://') }),
    );
  });

  it.each(['', 'relative', './relative', 'nul\0', 'file://elsewhere.example/folder', 'file:///a%2Fb'])(
    'refuses %j',
    (address) => {
      expect(() => openStore(address)).toThrow(expect.objectContaining({ code: 'invalid-url' }));
    },
  );
});

it('exports what it promises', () => {
  expect(Object.keys(api).sort()).toEqual(['StoreError', 'checkKey', 'findS3Credentials', 'openStore']);
});
