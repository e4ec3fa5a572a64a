import { describe, expect, it } from '@jest/globals';
import type { StepInput } from './step-input.js';
import { planSteps } from './steps.js';

const tools = { cc: '/t/cc', cxx: '/t/c++', ar: '/t/ar', ranlib: '/t/ranlib' };

function input(build: StepInput['build'], more: Partial<StepInput> = {}): StepInput {
  return {
    build,
    origin: 'compile',
    source: '/w/source',
    equipment: { tools, env: {}, cmakeToolchainFile: '/t/toolchain.cmake' },
    env: { PATH: '/bin' },
    placeholders: { variant: 'cu102', prefix: '/w/prefix', ...tools },
    jobs: 3,
    ...more,
  };
}

describe('planSteps', () => {
  it('runs a command in the tree, with placeholders filled in inside its arguments', () => {
    const command = ['tools/build.sh', '{variant}', '-I{prefix}/include', '; touch {variant}'];
    expect(planSteps(input({ command }))).toEqual([
      {
        name: 'build',
        command: ['tools/build.sh', 'cu102', '-I/w/prefix/include', '; touch cu102'],
        folder: '/w/source',
        env: { PATH: '/bin' },
      },
    ]);
  });

  it.each([[[]], [['']]])('refuses the command %j, which names no program', (command) => {
    expect(() => planSteps(input({ command }))).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it('numbers the commands of a dependency and says which of them is wrong', () => {
    const commands = [['{cc}', '-c', 'a.c'], ['{typo}']];
    const dependency = { origin: 'static[0]' };
    expect(planSteps(input({ commands: commands.slice(0, 1) }, dependency))).toMatchObject([
      { name: 'command 1', command: ['/t/cc', '-c', 'a.c'] },
    ]);
    expect(() => planSteps(input({ commands }, dependency))).toThrow(/^static\[0\]\.commands\[1\]/);
  });

  it('configures and builds by CMake, the options of the project last', () => {
    const options = ['-DCMAKE_BUILD_TYPE=Debug', '-DROOT={prefix}'];
    const [configure, build, ...rest] = planSteps(
      input({ system: 'cmake', options }, { generator: 'Ninja' }),
    );
    expect(configure?.command).toEqual([
      ...['cmake', '-S', '/w/source', '-B', '/w/source/build', '-G', 'Ninja'],
      ...['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_TOOLCHAIN_FILE=/t/toolchain.cmake'],
      ...['-DCMAKE_BUILD_TYPE=Debug', '-DROOT=/w/prefix'],
    ]);
    expect(build?.command).toEqual(['cmake', '--build', '/w/source/build', '--parallel', '3']);
    expect(rest).toEqual([]);
  });

  it('leaves the generator to the project if it names one', () => {
    const [configure] = planSteps(
      input({ system: 'cmake', options: ['-GUnix Makefiles'] }, { generator: 'Ninja' }),
    );
    expect(configure?.command).not.toContain('Ninja');
  });

  it('installs a dependency, static and position independent', () => {
    const steps = planSteps(input({ system: 'cmake' }, { installTo: '/p' }));
    expect(steps.map(({ name }) => name)).toEqual(['configure', 'build', 'install']);
    expect(steps[0]?.command).toEqual(
      expect.arrayContaining([
        '-DCMAKE_INSTALL_PREFIX=/p',
        '-DBUILD_SHARED_LIBS=OFF',
        '-DCMAKE_POSITION_INDEPENDENT_CODE=ON',
      ]),
    );
  });
});
