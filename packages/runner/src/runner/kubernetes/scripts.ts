import { stepReader } from '../step-reader.js';

/** Where the containers of a pod find what is theirs. The build's own don't have the links. */
export const STEPS = '/wheelwright/steps';
export const LINKS = '/wheelwright/links';
export const PARCELS = '/wheelwright/parcels';
/** What a container says in the end; the kubelet makes it known. */
const LAST_WORD = '/dev/termination-log';

/** How the scripts end where it isn't the build's doing. */
export const SCRIPT_EXITS = {
  noProgram: 3,
  notTransferred: 4,
  notAsSent: 5,
  noSpace: 6,
} as const;

/**
 * `get FILE` and `put FILE` with the address on standard input, by whichever program the image has. An address is a
 * secret for as long as it works, so it's no argument.
 */
const HTTP = String.raw`
set -fu
umask 022
say() { printf '%s\n' "$2" >>${LAST_WORD}; exit "$1"; }
if command -v curl >/dev/null 2>&1; then
  get() { printf 'url = "%s"\n' "$(cat)" | curl -K - -fsS --retry 4 -o "$1"; }
  put() { printf 'url = "%s"\n' "$(cat)" | curl -K - -fsS --retry 4 -H Expect: -T "$1" -o /dev/null; }
elif case $(wget --help 2>/dev/null) in *--body-file*) ;; *) false ;; esac; then
  get() { wget -q -t 5 -O "$1" -i -; }
  put() { wget -q -t 5 -O /dev/null --method=PUT --body-file="$1" -i -; }
elif command -v python3 >/dev/null 2>&1; then
  get() { python3 -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.stdin.readline().strip()) as body, open(sys.argv[1], "wb") as file:
    shutil.copyfileobj(body, file)' "$1"; }
  put() { python3 -c 'import os, sys, urllib.request
with open(sys.argv[1], "rb") as file:
    size = {"Content-Length": str(os.path.getsize(sys.argv[1]))}
    address = sys.stdin.readline().strip()
    urllib.request.urlopen(urllib.request.Request(address, data=file, headers=size, method="PUT"))' "$1"; }
else
  say ${SCRIPT_EXITS.noProgram} 'curl, wget or python3'
fi
for program in tar gzip sha256sum; do
  command -v "$program" >/dev/null 2>&1 || say ${SCRIPT_EXITS.noProgram} "$program"
done
full() {
  case $(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }' 2>/dev/null) in
    0) say ${SCRIPT_EXITS.noSpace} "$1" ;;
  esac
}
# A path as it is, newlines at its end among it.
path() { path=$(cat "$1" && printf .) && path=${'$'}{path%.}; }
`;

/** Says whether an image can fetch and send. */
export const PROBE_TRANSFER = HTTP;

/** Says what an image looks for programs in. */
export const PROBE_IMAGE = String.raw`printf %s "$PATH" >${LAST_WORD}`;

/** Brings the job's folders. In the links, `0.folder` is a path, `0.url` and `0.sha256` what becomes its content. */
export const FETCH = String.raw`${HTTP}
number=0
while [ -f ${LINKS}/$number.folder ]; do
  path ${LINKS}/$number.folder
  mkdir -p "$path" || say ${SCRIPT_EXITS.noSpace} "$path"
  if [ -f ${LINKS}/$number.url ]; then
    file=${PARCELS}/$number.tar.gz
    get "$file" <${LINKS}/$number.url || { full ${PARCELS}; say ${SCRIPT_EXITS.notTransferred} "$path"; }
    sum=$(sha256sum <"$file")
    [ "${'$'}{sum%% *}" = "$(cat ${LINKS}/$number.sha256)" ] || say ${SCRIPT_EXITS.notAsSent} "$path"
    # Not by -C, in which GNU tar reads backslashes.
    (cd "$path" && tar -xzf "$file") || { full "$path"; say ${SCRIPT_EXITS.notAsSent} "$path"; }
    rm -f "$file"
  fi
  number=$((number + 1))
done
`;

/** Sends the results, `0.result` to `0.target` ..., and says what it has sent. What tar can't read isn't sent. */
export const STORE = String.raw`${HTTP}
number=0
while [ -f ${LINKS}/$number.result ]; do
  path ${LINKS}/$number.result
  file=${PARCELS}/$number.tar.gz
  [ -d "$path" ] || mkdir -p "$path"
  (cd "$path" && tar -cf - .) | gzip -1 >"$file" || say ${SCRIPT_EXITS.noSpace} "$path"
  put "$file" <${LINKS}/$number.target || say ${SCRIPT_EXITS.notTransferred} "$path"
  sum=$(sha256sum <"$file")
  printf '%s %s %s\n' "$number" "${'$'}{sum%% *}" "$(wc -c <"$file")" >>${LAST_WORD}
  rm -f "$file"
  number=$((number + 1))
done
`;

/**
 * Runs step `$1` and stays its parent: a first process gets no signals from its own container, and what it leaves in
 * the background ends with it. A pod of an indexed job may have fewer steps than another.
 */
export const STEP = String.raw`
set -f
step=${STEPS}/$1.step
[ -f "$step" ] || exit 0
missing() { printf missing >${LAST_WORD}; }
${stepReader('')}
trap 'exit 143' TERM INT
become <"$step" &
wait "$!"
code=$?
[ "$code" = 0 ] && exit
for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  [ -r "$file" ] || continue
  while read -r key value; do
    [ "$key" = oom_kill ] && [ "$value" != 0 ] && printf oom >${LAST_WORD}
  done <"$file"
done
exit "$code"
`;
