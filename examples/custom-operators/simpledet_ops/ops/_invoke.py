"""Calls one operator of the library."""

import ctypes
from typing import Union

from simpledet_ops._library import check, library
from simpledet_ops.tensor import Nested, Tensor

TensorLike = Union[Tensor, Nested]


def invoke(name: str, *inputs: TensorLike, **parameters: float) -> Tensor:
    """Runs the operator ``name``; parameters that aren't given have the operator's defaults."""
    tensors = [each if isinstance(each, Tensor) else Tensor.of(each) for each in inputs]
    handles = (ctypes.c_void_p * len(tensors))(*(each.handle.value for each in tensors))
    keys = (ctypes.c_char_p * len(parameters))(*(key.encode() for key in parameters))
    values = (ctypes.c_double * len(parameters))(*parameters.values())
    out = ctypes.c_void_p()
    check(
        library.SDInvoke(
            name.encode(), handles, len(handles), keys, values, len(keys), ctypes.byref(out)
        )
    )
    return Tensor(out)
