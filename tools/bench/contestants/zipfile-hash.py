"""Reads every member of an archive by Python's zipfile and hashes it.

usage: zipfile-hash.py whole|streamed ARCHIVE

`whole` asks for each member at once, as most scripts do; `streamed` reads it in pieces of 1 MiB.
"""

import hashlib
import sys
import zipfile

how, path = sys.argv[1:]
with zipfile.ZipFile(path) as archive:
    for name in archive.namelist():
        if how == "whole":
            hashlib.sha256(archive.read(name)).digest()
            continue
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while block := member.read(1 << 20):
                digest.update(block)
        digest.digest()
