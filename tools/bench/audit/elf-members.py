"""Prints, as JSON, where the deflated ELF members of a wheel lie: offset of the data, its length, length of the content."""

import json
import struct
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel, open(sys.argv[1], "rb") as file:
    found = []
    for info in wheel.infolist():
        if info.file_size < 52 or info.filename.endswith(".py") or info.compress_type != zipfile.ZIP_DEFLATED:
            continue
        with wheel.open(info) as member:
            if member.read(4) != b"\x7fELF":
                continue
        file.seek(info.header_offset)
        name, extra = struct.unpack("<26x2H", file.read(30))
        found.append([info.header_offset + 30 + name + extra, info.compress_size, info.file_size])
json.dump(sorted(found, key=lambda member: -member[2]), sys.stdout)
