import { execa } from 'execa';

/** The images that tools/services/install imports: one with compilers, and the oldest userland there is. */
export const IMAGE = 'wheelwright-test:bookworm';
export const OLDEST_IMAGE = 'wheelwright-test:bullseye';

/** What a test needs of a container engine: that there is one, and that it has an image. */
export async function engineWith(image: string): Promise<{ met: boolean; reason: string }> {
  const { exitCode } = await execa('docker', ['image', 'inspect', image], { reject: false, timeout: 20_000 });
  return {
    met: exitCode === 0,
    reason: `no container engine that has ${image}: tools/services/install brings both`,
  };
}
