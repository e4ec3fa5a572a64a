import type { ProgramProbe } from './program.js';

/** The programs that Wheelwright can make use of. None is needed by every project. */
export const PROGRAMS: readonly ProgramProbe[] = [
  toolchain('gcc', 'no --toolchain host for C'),
  toolchain('g++', 'no --toolchain host for C++'),
  toolchain('cmake', 'is installed from the package index when a build needs it'),
  toolchain('ninja', 'is installed from the package index when a build needs it'),
  toolchain('meson', 'is installed from the package index when a build needs it'),
  toolchain('make', 'no build-system = "make", no ./configure'),
  toolchain('ccache', 'a second build compiles everything again'),
  toolchain('strip', 'no repair --strip'),
  toolchain('git', 'no commit is found: the artifact is not kept'),
  {
    group: 'toolchain',
    name: 'nvcc',
    cost: 'the CUDA version comes from the library alone; no .cu sources',
  },
  {
    group: 'engine',
    name: 'docker',
    command: ['docker', 'version', '--format', '{{.Server.Version}}'],
    cost: 'no --runner docker, no toolchain gcc of an image',
  },
  {
    group: 'engine',
    name: 'podman',
    command: ['podman', 'version', '--format', '{{.Client.Version}}'],
    cost: 'nothing where docker is here',
  },
  { group: 'cluster', name: 'slurm', command: ['sinfo', '--version'], cost: 'no runs on a Slurm cluster' },
  {
    group: 'python',
    name: 'python3',
    command: [
      'python3',
      '-c',
      'import platform, pip, venv; print(platform.python_version(), "pip", pip.__version__)',
    ],
    cost: 'zig, CMake, Ninja and Meson cannot be installed; no --test, no wheel-command',
  },
];

function toolchain(name: string, cost: string): ProgramProbe {
  return { group: 'toolchain', name, cost };
}
