"""Runs one command and writes its cost as JSON to file descriptor 3.

usage: measure.py COMMAND [ARGUMENT ...]

Wall seconds, processor seconds, and the peak resident memory (KiB) of the command: of its largest process, as the
kernel counts it for wait4(2). A shell's `time` can't be read by a program, and polling misses the peak.
"""

import json
import os
import sys
import time

start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
cost = {
    "seconds": time.perf_counter() - start,
    "cpu": usage.ru_utime + usage.ru_stime,
    "peakKiB": usage.ru_maxrss,
    "exit": os.waitstatus_to_exitcode(status),
}
with os.fdopen(3, "w") as answer:
    json.dump(cost, answer)
