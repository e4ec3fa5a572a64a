"""Makes packages/audit/src/stable-abi.json: the symbols of CPython's stable ABI and the version that each entered.

The facts are those of CPython's Misc/stable_abi.toml as abi3info (PyPI, MIT) carries them; they are never typed by
hand. Symbols that only Windows has are left out: the audit judges ELF files.

usage: python3 -m venv V && V/bin/pip install abi3info && V/bin/python tools/policies/stable-abi.py
"""

import importlib.metadata
import json
import os
import pathlib

import abi3info

target = pathlib.Path(__file__).parents[2] / "packages/audit/src/stable-abi.json"

by_version: dict[tuple[int, int], list[str]] = {}
for item in [*abi3info.FUNCTIONS.values(), *abi3info.DATAS.values()]:
    if item.ifdef is not None and item.ifdef.windows is True and item.ifdef.name == "MS_WINDOWS":
        continue
    by_version.setdefault((item.added.major, item.added.minor), []).append(item.symbol.linux)

data = {
    "format": "stable-abi/1",
    "source": {"project": "abi3info", "version": importlib.metadata.version("abi3info")},
    "symbols": {f"{major}.{minor}": sorted(names) for (major, minor), names in sorted(by_version.items())},
}
beside = target.with_suffix(".json.new")
beside.write_text(json.dumps(data, indent=2) + "\n")
os.replace(beside, target)
