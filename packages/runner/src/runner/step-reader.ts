/**
 * Functions of a POSIX shell that read a step file (see `slurm/step-file.ts`): `word` reads a word into `$value`, and
 * `there PROGRAM PATH` says whether a program can be started. No word is ever read as shell.
 */
export const STEP_READER = String.raw`# Reads a word: a line in which printf's escapes stand for backslash and newline. The dot keeps newlines at the end.
word() {
  IFS= read -r line || return 1
  value=$(printf '%b.' "$line")
  value=${'$'}{value%.}
}

# Whether the program $1 is there for somebody in this folder with the PATH $2.
there() {
  case $1 in
    */*) [ -f "$1" ] && [ -x "$1" ]; return ;;
  esac
  rest=$2:
  while [ -n "$rest" ]; do
    entry=${'$'}{rest%%:*}
    rest=${'$'}{rest#*:}
    [ -f "${'$'}{entry:-.}/$1" ] && [ -x "${'$'}{entry:-.}/$1" ] && return
  done
  return 1
}`;
