import { expect, it } from '@jest/globals';
import { dockerRunner } from './docker.js';
import { sizeInBytes } from './settings.js';

const HOSTILE = ['--privileged', '-x', 'a;b', 'a b', '', 'a\nb', '$(x)', '1m --privileged', '-1', '1m,exec'];

it.each(HOSTILE)('neither an image nor a size is called %j', (word) => {
  const refused = expect.objectContaining({ code: 'bad-request' });
  expect(() => dockerRunner({ image: word })).toThrow(refused);
  expect(() => dockerRunner({ image: 'a', memory: word })).toThrow(refused);
  expect(() => dockerRunner({ image: 'a', disk: word })).toThrow(refused);
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('no count is %d', (count) => {
  const refused = expect.objectContaining({ code: 'bad-request' });
  expect(() => dockerRunner({ image: 'a', cpus: count })).toThrow(refused);
  expect(() => dockerRunner({ image: 'a', pids: count })).toThrow(refused);
});

it('takes digests and registries', () => {
  const image = `registry.example:5000/team/image@sha256:${'0'.repeat(64)}`;
  expect(dockerRunner({ image, memory: '512m', disk: '1g', cpus: 1.5, pids: 10 }).name).toBe('docker');
});

it.each([
  ['5', 5],
  ['5b', 5],
  ['2k', 2048],
  ['16m', 16 * 1024 * 1024],
  ['1g', 1024 ** 3],
] as const)('reads the size %s', (size, bytes) => {
  expect(sizeInBytes(size)).toBe(bytes);
});
