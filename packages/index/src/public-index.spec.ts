import { expect, it } from '@jest/globals';
import { openStore } from '@wheelwright/store';
import { describeIf, s3Requirement, startS3Server } from '@wheelwright/testing';
import { findPublicIndex, websitesOf } from './public-index.js';
import { publishWheel } from './publish.js';
import { makeWheel } from './testing/wheels.js';

it.each([
  ['https://wheels.s3.eu-west-1.amazonaws.com/simple/', 'wheels', 'eu-west-1', '/simple/'],
  ['https://s3.us-east-1.amazonaws.com/wheels/', 'wheels', 'us-east-1', '/'],
  ['https://my.wheels.s3-us-west-2.amazonaws.com/a/b/', 'my.wheels', 'us-west-2', '/a/b/'],
])('knows the web site of %s', (address, bucket, region, path) => {
  expect(websitesOf(address)).toEqual([
    `http://${bucket}.s3-website-${region}.amazonaws.com${path}`,
    `http://${bucket}.s3-website.${region}.amazonaws.com${path}`,
  ]);
});

it('knows no web site of other servers', () => {
  expect(websitesOf('https://minio.example.org/wheels/')).toEqual([]);
});

const server = await startS3Server();
await server?.makeBucket('private');
const site = await server?.makeWebsite();

describeIf([s3Requirement], 'findPublicIndex', () => {
  it('tells apart what nobody may read, what gives no pages of folders, and a web site', async () => {
    const open = (url: string) => openStore(url, { s3: server?.access });
    const [hidden, shown] = [open('s3://private/simple'), open('s3://localhost/simple')];
    for (const store of [hidden, shown])
      await publishWheel(store, { path: await makeWheel(), uploaded: new Date(0) });
    expect(await findPublicIndex(hidden)).toEqual({ state: 'private' });
    const plain = `${server!.access.endpoint}/localhost/simple/`;
    expect(await findPublicIndex(shown)).toEqual({ state: 'no-pages', url: plain });
    const website = `${site!}simple`;
    expect(await findPublicIndex(shown, { website })).toEqual({ state: 'public', url: `${website}/` });
    expect((await fetch(`${website}/demo-ops/`)).status).toBe(200);
    expect(await findPublicIndex(shown, { website: `${site!}elsewhere` })).toMatchObject({
      state: 'no-pages',
    });
  });
});
