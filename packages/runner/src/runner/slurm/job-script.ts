import { stepReader } from '../step-reader.js';

/**
 * What a node runs, for every job: a fixed program for a POSIX shell, because a node may have nothing else of ours.
 * It reads its steps from files, one word a line (see `step-file.ts`), and hands each word on as one argument: no word
 * is ever read as shell.
 *
 * - `$1` is the folder of the batch, in which `$SLURM_ARRAY_TASK_ID` (0 without an array) is the job's own.
 * - The file `state` is written in place, and was given its size before: that works on a full disk, too.
 * - Each step is a session of its own, so that what it leaves in the background ends with it.
 * - A folder that was removed means that nobody waits for this job any more, e.g. since its node was given up.
 */
export const JOB_SCRIPT = String.raw`#!/bin/sh
# Runs one job of wheelwright. It takes its steps from files: see docs/decisions/0019.
set -f
PATH=/usr/local/bin:/usr/bin:/bin
export PATH
job=$1/${'$'}{SLURM_ARRAY_TASK_ID:-0}
[ -f "$job/state" ] || exit 66
[ "${'$'}{SLURM_RESTART_COUNT:-0}" = 0 ] || exit 67

# The state is one line of 63 characters, whatever it says.
tell() { printf '%-62s;\n' "$1 $2 $3" 1<>"$job/state" || exit 75; }
missing() { tell "$step" missing 127; }

${stepReader('setsid')}

pid=
# dash knows -- behind -s only. The process itself, too: it may not have its session yet.
end() { kill -s KILL -- "-$1"; kill -s KILL "$1"; } 2>/dev/null
finish() { [ -z "$pid" ] || end "$pid"; }
trap 'finish; exit 143' TERM INT

step=0
while [ -f "$job/$step.step" ]; do
  tell "$step" running 0
  become <"$job/$step.step" >>"$job/$step.log" 2>&1 &
  pid=$!
  ( while [ -f "$job/state" ]; do sleep 3; done; end "$pid" ) </dev/null >/dev/null 2>&1 &
  guard=$!
  wait "$pid"
  code=$?
  kill -s KILL "$guard" 2>/dev/null
  finish
  pid=
  read -r state <"$job/state"
  case $state in
    *' missing '*) exit 0 ;;
  esac
  [ "$code" = 0 ] || { tell "$step" ended "$code"; exit 0; }
  step=$((step + 1))
done
tell "$step" done 0
`;
