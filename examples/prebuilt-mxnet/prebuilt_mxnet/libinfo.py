"""What libmxnet.so says of itself."""

import ctypes
from functools import lru_cache
from pathlib import Path
from typing import Dict

LIBRARY = Path(__file__).parent / "lib" / "libmxnet.so"


class LibFeature(ctypes.Structure):
    """``struct LibFeature`` of MXNet's C API: a name and whether it was compiled in."""

    _fields_ = [("name", ctypes.c_char_p), ("enabled", ctypes.c_bool)]


@lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """Loads the library on first use, so that the package can be imported where its dependencies are missing."""
    return ctypes.CDLL(str(LIBRARY))


def version() -> int:
    """MXNet's version as one number: 10901 is 1.9.1."""
    number = ctypes.c_int()
    _check(library().MXGetVersion(ctypes.byref(number)))
    return number.value


def features() -> Dict[str, bool]:
    """The features that the library was compiled with, by name."""
    array = ctypes.POINTER(LibFeature)()
    size = ctypes.c_size_t()
    _check(library().MXLibInfoFeatures(ctypes.byref(array), ctypes.byref(size)))
    return {array[i].name.decode(): array[i].enabled for i in range(size.value)}


def _check(status: int) -> None:
    if status != 0:
        raise OSError(f"{LIBRARY.name} reports error {status}")
