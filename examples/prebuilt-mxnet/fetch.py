"""Brings the published MXNet libraries into build/, where pyproject.toml expects them.

pip downloads the wheel that requirements.txt pins by its hash; what is needed of it is unpacked beside build/
and renamed, so that build/ is either absent or whole.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"


def download(folder: Path) -> Path:
    """Downloads the pinned wheel, whatever machine this is, and returns its path."""
    # fmt: off
    subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
            "--only-binary=:all:", "--implementation", "py", "--python-version", "3", "--abi", "none",
            "--platform", "manylinux2014_x86_64", "--dest", str(folder), "--requirement", str(HERE / "requirements.txt"),
        ],
        check=True,
    )
    # fmt: on
    (wheel,) = folder.glob("mxnet-*.whl")
    return wheel


def wanted(name: str) -> bool:
    """The native libraries of the package folder, without its subfolders."""
    return name.startswith("mxnet/lib") and ".so" in name and name.count("/") == 1


def unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in filter(wanted, archive.namelist()):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def main() -> None:
    if BUILD.exists():
        return
    with tempfile.TemporaryDirectory(dir=HERE, prefix=".build-") as scratch:
        staged = Path(scratch, "build")
        unpack(download(Path(scratch)), staged)
        staged.rename(BUILD)


if __name__ == "__main__":
    main()
