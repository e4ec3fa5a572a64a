import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, temporaryFolder } from '@wheelwright/testing';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

/** The published wheel is 49 MB. */
const DOWNLOAD = 300_000;

const root = await temporaryFolder('prebuilt-mxnet');

describeIf([{ program: 'git' }], 'examples/prebuilt-mxnet', () => {
  const folder = join(root, 'project');
  const wheel = join(folder, 'dist/prebuilt_mxnet-1.9.1-py3-none-linux_x86_64.whl');

  it(
    'packs the published libraries and says why the result is not manylinux2014',
    async () => {
      const commit = await copyExample('prebuilt-mxnet', folder);
      const { exitCode, stdout } = await wheelwright(
        folder,
        ['build-wheel', '--store', 'store'],
        process.env,
      );
      expect(exitCode).toBe(0);
      expect(stdout).toContain('prebuilt_mxnet-1.9.1-py3-none-linux_x86_64.whl');
      expect(stdout).toContain('it needs libgomp.so.1 and libquadmath.so.0, brought by nobody');
      expect(stdout).toContain('its symbols alone would allow manylinux_2_17_x86_64');
      expect(stdout).toMatch(/variant {3}cpu \(.*oneDNN/);
      expect(stdout).toContain(`/store/${commit}/`);
    },
    DOWNLOAD,
  );

  it(
    'is judged as auditwheel judges it where it searches no host',
    async () => {
      const theirs = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
      const { overall_tag, sym_tag, external_libs } = JSON.parse(theirs.stdout) as Record<string, unknown>;
      const ours = await wheelwright(folder, ['audit', '--json', wheel]);
      expect(ours.exitCode).toBe(0);
      const { platform, platformBySymbols, external } = JSON.parse(ours.stdout) as Record<string, unknown>;
      expect({ platform, platformBySymbols }).toEqual({ platform: overall_tag, platformBySymbols: sym_tag });
      expect({ platform, platformBySymbols }).toEqual({
        platform: 'linux_x86_64',
        platformBySymbols: 'manylinux_2_17_x86_64',
      });
      expect(external).toMatchObject({ manylinux_2_5_x86_64: external_libs as object });
    },
    DOWNLOAD,
  );
});
