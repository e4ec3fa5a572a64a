import { describe, expect, it } from '@jest/globals';
import { allows, compatible, readCudaSoname, strongest, type CudaReading } from './cuda-version.js';

const of = (name: string): CudaReading => readCudaSoname(name)!;

describe('the CUDA release in a library name', () => {
  it.each([
    ['libcudart.so.8.0', 8, 0, 'exact'],
    ['libcudart.so.9.2', 9, 2, 'exact'],
    ['libcudart.so.10.1', 10, 1, 'exact'],
    ['libcudart.so.10.2.89', 10, 2, 'exact'],
    ['libcudart.so.11.0', 11, 0, 'at-least'],
    ['libcudart-45da57e3.so.11.0', 11, 0, 'at-least'],
    ['libcudart.so.12', 12, 0, 'major'],
    ['libcudart.so.13', 13, 0, 'major'],
    ['libnvrtc.so.10.2', 10, 2, 'exact'],
    ['libnvrtc.so.11.0', 11, 0, 'exact'],
    ['libnvrtc.so.11.1', 11, 1, 'exact'],
    ['libnvrtc.so.11.2', 11, 2, 'at-least'],
    ['libnvrtc.so.12', 12, 0, 'major'],
  ])('%s is %i.%i, %s', (name, major, minor, known) => {
    expect(readCudaSoname(name)).toEqual({ major, minor, known, source: name });
  });

  it.each([
    'libcudnn.so.8',
    'libcublas.so.11',
    'libcuda.so.1',
    'libcudart.so',
    'libcudart.so.x',
    'mylibcudart.so.9.0',
  ])('%s does not tell it', (name) => {
    expect(readCudaSoname(name)).toBeUndefined();
  });
});

it.each([
  ['libcudart.so.10.2', 10, 2, true],
  ['libcudart.so.10.2', 10, 1, false],
  ['libcudart.so.10.2', 11, 2, false],
  ['libnvrtc.so.11.2', 11, 8, true],
  ['libnvrtc.so.11.2', 11, 1, false],
  ['libnvrtc.so.11.2', 12, 2, false],
  ['libcudart.so.12', 12, 4, true],
  ['libcudart.so.12', 13, 0, false],
])('%s and CUDA %i.%i: %s', (name, major, minor, expected) => {
  expect(allows(of(name), { major, minor })).toBe(expected);
});

it.each([
  ['libcudart.so.11.0', 'libnvrtc.so.11.2', true],
  ['libcudart.so.11.0', 'libnvrtc.so.11.1', true],
  ['libnvrtc.so.11.2', 'libnvrtc.so.11.1', false],
  ['libcudart.so.10.1', 'libcudart.so.10.2', false],
  ['libcudart.so.12', 'libnvrtc.so.12', true],
  ['libcudart.so.12', 'libcudart.so.11.0', false],
])('%s and %s can be of one release: %s', (one, other, expected) => {
  expect(compatible(of(one), of(other))).toBe(expected);
  expect(compatible(of(other), of(one))).toBe(expected);
});

it.each([
  [['libcudart.so.11.0', 'libnvrtc.so.11.2'], 'libnvrtc.so.11.2'],
  [['libnvrtc.so.11.1', 'libnvrtc.so.11.2'], 'libnvrtc.so.11.1'],
  [['libcudart.so.12', 'libcudart.so.11.0'], 'libcudart.so.11.0'],
  [['libcudart.so.10.1', 'libcudart.so.10.2'], 'libcudart.so.10.2'],
  [['libcudart.so.12', 'libcudart.so.13'], 'libcudart.so.13'],
])('of %j the strongest is %s', (names, expected) => {
  expect(strongest(names.map(of))?.source).toBe(expected);
  expect(strongest(names.map(of).reverse())?.source).toBe(expected);
});

it('has no strongest of none', () => {
  expect(strongest([])).toBeUndefined();
});
