import { describe, expect, it } from '@jest/globals';
import { parseNvccVersion } from './answer.js';

/** The lines that matter of `nvcc --version`: the release's, and what newer ones print behind it. */
const outputs: [line: string, build: string | undefined, release: string][] = [
  ['Cuda compilation tools, release 7.5, V7.5.17', undefined, '7.5'],
  ['Cuda compilation tools, release 8.0, V8.0.61', undefined, '8.0'],
  ['Cuda compilation tools, release 9.0, V9.0.176', undefined, '9.0'],
  ['Cuda compilation tools, release 9.1, V9.1.85', undefined, '9.1'],
  ['Cuda compilation tools, release 9.2, V9.2.148', undefined, '9.2'],
  ['Cuda compilation tools, release 10.0, V10.0.130', undefined, '10.0'],
  ['Cuda compilation tools, release 10.1, V10.1.243', undefined, '10.1'],
  ['Cuda compilation tools, release 10.2, V10.2.89', undefined, '10.2'],
  ['Cuda compilation tools, release 11.0, V11.0.194', 'Build cuda_11.0_bu.TC445_37.28540450_0', '11.0'],
  ['Cuda compilation tools, release 11.1, V11.1.105', 'Build cuda_11.1.TC455_06.29190527_0', '11.1'],
  ['Cuda compilation tools, release 11.2, V11.2.152', 'Build cuda_11.2.r11.2/compiler.29618528_0', '11.2'],
  ['Cuda compilation tools, release 11.8, V11.8.89', 'Build cuda_11.8.r11.8/compiler.31833905_0', '11.8'],
  ['Cuda compilation tools, release 12.0, V12.0.140', 'Build cuda_12.0.r12.0/compiler.32267302_0', '12.0'],
  ['Cuda compilation tools, release 12.4, V12.4.131', 'Build cuda_12.4.r12.4/compiler.34097967_0', '12.4'],
  ['Cuda compilation tools, release 12.9, V12.9.86', 'Build cuda_12.9.r12.9/compiler.36037853_0', '12.9'],
  ['Cuda compilation tools, release 13.0, V13.0.88', 'Build cuda_13.0.r13.0/compiler.36424714_0', '13.0'],
  ['Cuda compilation tools, release 13.5, V13.5.37', 'Build cuda_13.5.r13.5/compiler.38000000_0', '13.5'],
];

describe('the output of nvcc --version', () => {
  it.each(outputs)('%s', (line, build, release) => {
    const text = ['nvcc: NVIDIA (R) Cuda compiler driver', 'Built on a day', line, build ?? ''].join('\n');
    const [major = 0, minor = 0] = release.split('.').map(Number);
    expect(parseNvccVersion(text)).toEqual({ release: { major, minor }, line });
    expect(parseNvccVersion(text.replaceAll('\n', '\r\n'))).toEqual({ release: { major, minor }, line });
  });

  it.each([
    '',
    'rubbish',
    'release',
    'release 11',
    'release 1111.2',
    'release 11.222, V11.222',
    'release 11.2beta',
    'prerelease 11.2, V11.2',
    'Build cuda_11.2.r11.2/compiler',
  ])('is none: %j', (text) => {
    expect(parseNvccVersion(text)).toBeUndefined();
  });
});
