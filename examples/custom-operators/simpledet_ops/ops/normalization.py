"""Normalizations."""

from simpledet_ops.ops._invoke import TensorLike, invoke
from simpledet_ops.tensor import Tensor


def group_norm(
    data: TensorLike,
    gamma: TensorLike,
    beta: TensorLike,
    *,
    groups: int = 1,
    epsilon: float = 1e-5,
) -> Tensor:
    """Normalizes the channels of ``(N, C, ...)`` in groups, then scales by gamma and shifts by beta.

    >>> group_norm([[1.0, 3.0]], [1.0, 2.0], [0.0, 1.0], epsilon=0.0).tolist()
    [[-1.0, 3.0]]
    """
    return invoke("group_norm", data, gamma, beta, groups=groups, epsilon=epsilon)
