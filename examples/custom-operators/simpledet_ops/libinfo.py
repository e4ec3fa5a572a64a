"""What the library was built with."""

import ctypes
from typing import Dict, List

from simpledet_ops._library import LibFeature, check, library


def features() -> Dict[str, bool]:
    """The library's features by MXNet's names: ``{"CUDA": False, ...}``."""
    listed = ctypes.POINTER(LibFeature)()
    size = ctypes.c_size_t()
    check(library.MXLibInfoFeatures(ctypes.byref(listed), ctypes.byref(size)))
    return {listed[i].name.decode(): listed[i].enabled for i in range(size.value)}


def operators() -> List[str]:
    """The names of all operators in the library."""
    names = ctypes.POINTER(ctypes.c_char_p)()
    size = ctypes.c_size_t()
    check(library.SDListOperators(ctypes.byref(names), ctypes.byref(size)))
    return [(names[i] or b"").decode() for i in range(size.value)]
