"""Loads the library beside this file and declares its functions (include/simpledet/c_api.h)."""

import ctypes
from pathlib import Path
from typing import Any

_PATH = Path(__file__).parent / "lib" / "libsimpledet.so"


class LibraryError(RuntimeError):
    """The library couldn't be loaded, or one of its functions failed."""


class LibFeature(ctypes.Structure):
    """MXNet's struct LibFeature."""

    _fields_ = [("name", ctypes.c_char_p), ("enabled", ctypes.c_bool)]


_Handle = ctypes.c_void_p
_Size = ctypes.c_size_t
_Float = ctypes.c_float
_Int64 = ctypes.c_int64
_String = ctypes.c_char_p


def _pointer(kind: Any) -> Any:
    return ctypes.POINTER(kind)


_FUNCTIONS = {
    "MXLibInfoFeatures": [_pointer(_pointer(LibFeature)), _pointer(_Size)],
    "SDListOperators": [_pointer(_pointer(_String)), _pointer(_Size)],
    "SDTensorCreate": [_pointer(_Float), _pointer(_Int64), _Size, _pointer(_Handle)],
    "SDTensorShape": [_Handle, _pointer(_pointer(_Int64)), _pointer(_Size)],
    "SDTensorData": [_Handle, _pointer(_pointer(_Float)), _pointer(_Size)],
    "SDInvoke": [
        _String,
        _pointer(_Handle),
        _Size,
        _pointer(_String),
        _pointer(ctypes.c_double),
        _Size,
        _pointer(_Handle),
    ],
    "SDTensorSave": [_Handle, _pointer(_Handle)],
    "SDTensorLoad": [_String, _Size, _pointer(_Handle)],
    "SDBufferBytes": [_Handle, _pointer(_pointer(ctypes.c_char)), _pointer(_Size)],
}


def _load(path: Path) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise LibraryError(
            f"{path} can't be loaded: {error}. "
            "Install a wheel of this platform: the library is compiled into it"
        ) from error
    library.SDGetLastError.argtypes = []
    library.SDGetLastError.restype = _String
    for name in ("SDTensorFree", "SDBufferFree"):
        getattr(library, name).argtypes = [_Handle]
        getattr(library, name).restype = None
    for name, argument_types in _FUNCTIONS.items():
        getattr(library, name).argtypes = argument_types
        getattr(library, name).restype = ctypes.c_int
    return library


library = _load(_PATH)


def check(status: int) -> None:
    """Raises what a function of the library says of its failure."""
    if status != 0:
        raise LibraryError(library.SDGetLastError().decode())
