/**
 * Functions of a POSIX shell that read a step file (see `slurm/step-file.ts`): `word` reads a word into `$value`,
 * `there PROGRAM PATH` says whether a program can be started, and `become` becomes the step on standard input. No word is
 * ever read as shell. A script that uses it has a function `missing`, which tells of a program that isn't there.
 *
 * @param starter - the program and its arguments behind which the step is started; none if empty
 */
export const stepReader = (
  starter: string,
): string => String.raw`# Reads a word: a line in which printf's escapes stand for backslash and newline. The dot keeps newlines at the end.
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
}

# Reads the step from standard input and becomes it.
become() {
  word && folder=$value
  word && path=$value
  word && program=$value
  set --
  while word; do set -- "$@" "$value"; done
  exec </dev/null
  cd "$folder" || exit 126
  there "$program" "$path" || { missing; exit 127; }
  exec ${starter} env -i -- "$@"
}`;
