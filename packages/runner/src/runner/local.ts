import { RunnerError } from '../error.js';
import { Deadline } from './deadline.js';
import { memoryKills } from './out-of-memory.js';
import { runGroup } from './process-group.js';
import type { Runner } from './runner.js';

/** Runs the steps on this host, in the workspace itself, each in a process group of its own. */
export const localRunner: Runner = {
  name: 'local',
  survey: (environment) => Promise.resolve({ environment, isolated: false }),
  async run(job, { signal, onStep, onOutput }) {
    const deadline = new Deadline(job.timeLimit, signal);
    const cancelled = (): boolean => signal?.aborted === true;
    for (const step of job.steps) {
      if (cancelled()) return { status: 'cancelled' };
      onStep(step);
      const kills = await memoryKills();
      const [program, ...args] = step.command;
      const end = await runGroup({
        program,
        args,
        folder: step.folder,
        env: step.env,
        signal: deadline.signal,
        onOutput,
      });
      // Whatever a program makes of SIGTERM: who cancels wants no result.
      if (cancelled()) return { status: 'cancelled' };
      if ('missing' in end) throw cannotStart(program, end.missing, step.folder);
      const failed = { status: 'failed', step: step.name, command: step.command, ...end } as const;
      if (deadline.passed) return { ...failed, reason: 'time-limit' };
      if ('exitCode' in end && end.exitCode === 0) continue;
      // A compiler's driver survives the compiler that was killed, so every failure is looked at. Another program
      // of this machine may have been the one that died: it's a likely reason, not a proof.
      const starved = kills !== undefined && ((await memoryKills()) ?? 0) > kills;
      return starved ? { ...failed, reason: 'out-of-memory' } : failed;
    }
    return { status: 'done' };
  },
};

function cannotStart(program: string, errno: string, folder: string): RunnerError {
  const reason =
    errno === 'EACCES' ? 'is not executable' : errno === 'ENOENT' ? 'is not there' : `gave ${errno}`;
  return new RunnerError('tool-missing', `the program '${program}' ${reason} (started in ${folder})`, {
    hint: program.includes('/')
      ? 'is the path relative to the source tree, and the file executable?'
      : `install ${program}, or put its folder on PATH`,
  });
}
