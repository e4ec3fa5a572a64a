"""Tensors, which live in the library."""

import ctypes
import math
from typing import Any, Iterable, List, Optional, Sequence, Tuple, Union

from simpledet_ops._library import check, library

Nested = Union[float, Sequence[Any]]
"""A number, or numbers in lists of lists of one shape."""


class Tensor:
    """A dense tensor of 32 bit floats. Freed with its last reference."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        """Takes over a handle of the library; see :meth:`of` for numbers."""
        self._handle = handle

    @classmethod
    def of(cls, numbers: Nested) -> "Tensor":
        """Copies numbers into a new tensor; the shape is that of the lists."""
        shape = _shape_of(numbers)
        flat = list(_flatten(numbers, shape))
        handle = ctypes.c_void_p()
        data = (ctypes.c_float * len(flat))(*flat)
        extents = (ctypes.c_int64 * len(shape))(*shape)
        check(library.SDTensorCreate(data, extents, len(shape), ctypes.byref(handle)))
        return cls(handle)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Tensor":
        """Reads what :meth:`to_bytes` wrote."""
        handle = ctypes.c_void_p()
        check(library.SDTensorLoad(data, len(data), ctypes.byref(handle)))
        return cls(handle)

    def to_bytes(self) -> bytes:
        """The tensor as bytes, compressed by Snappy."""
        buffer = ctypes.c_void_p()
        check(library.SDTensorSave(self._handle, ctypes.byref(buffer)))
        try:
            data = ctypes.POINTER(ctypes.c_char)()
            size = ctypes.c_size_t()
            check(library.SDBufferBytes(buffer, ctypes.byref(data), ctypes.byref(size)))
            return ctypes.string_at(data, size.value)
        finally:
            library.SDBufferFree(buffer)

    @property
    def handle(self) -> ctypes.c_void_p:
        """The library's handle. It's valid as long as this object is."""
        return self._handle

    @property
    def shape(self) -> Tuple[int, ...]:
        extents = ctypes.POINTER(ctypes.c_int64)()
        size = ctypes.c_size_t()
        check(library.SDTensorShape(self._handle, ctypes.byref(extents), ctypes.byref(size)))
        return tuple(extents[: size.value])

    def tolist(self) -> Any:
        """The numbers in lists of lists; a tensor without dimensions is a number."""
        data = ctypes.POINTER(ctypes.c_float)()
        size = ctypes.c_size_t()
        check(library.SDTensorData(self._handle, ctypes.byref(data), ctypes.byref(size)))
        return _nest(data[: size.value], self.shape)

    def __del__(self) -> None:
        handle: Optional[ctypes.c_void_p] = getattr(self, "_handle", None)
        if handle is not None:
            library.SDTensorFree(handle)

    def __repr__(self) -> str:
        return f"Tensor({self.tolist()})"


def _shape_of(numbers: Nested) -> Tuple[int, ...]:
    if not isinstance(numbers, Sequence):
        return ()
    return (len(numbers), *(_shape_of(numbers[0]) if len(numbers) > 0 else ()))


def _flatten(numbers: Nested, shape: Tuple[int, ...]) -> Iterable[float]:
    if len(shape) == 0:
        yield float(numbers)  # type: ignore[arg-type]
        return
    if not isinstance(numbers, Sequence) or len(numbers) != shape[0]:
        raise ValueError("the lists of a tensor have the same length in each dimension")
    for part in numbers:
        yield from _flatten(part, shape[1:])


def _nest(flat: List[float], shape: Tuple[int, ...]) -> Any:
    if len(shape) == 0:
        return flat[0]
    step = math.prod(shape[1:])
    return [_nest(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
