"""Custom operators for the published MXNet 1.9.1: the path of their library, and how to load it."""

import ctypes
from pathlib import Path

LIBRARY = Path(__file__).parent / "lib" / "libmxnet_operators.so"


def load(libmxnet: ctypes.CDLL) -> None:
    """Registers the operators ``relu_scaled`` and ``checksum`` with a loaded libmxnet.so."""
    libmxnet.MXGetLastError.restype = ctypes.c_char_p
    if libmxnet.MXLoadLib(str(LIBRARY).encode(), ctypes.c_uint(0)) != 0:
        raise OSError(libmxnet.MXGetLastError().decode())
