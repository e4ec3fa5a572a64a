"""Detection operators: a C++ library, called through ctypes.

>>> from simpledet_ops import ops
>>> ops.relu_scaled([-1.0, 0.5, 2.0]).tolist()
[0.0, 1.0, 4.0]
"""

from simpledet_ops import ops
from simpledet_ops._library import LibraryError
from simpledet_ops.libinfo import features, operators
from simpledet_ops.tensor import Tensor

__all__ = ["LibraryError", "Tensor", "features", "operators", "ops"]
