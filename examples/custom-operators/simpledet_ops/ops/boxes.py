"""Boxes and regions of interest."""

from simpledet_ops.ops._invoke import TensorLike, invoke
from simpledet_ops.tensor import Tensor


def box_iou(left: TensorLike, right: TensorLike) -> Tensor:
    """Intersection over union of boxes ``(N, 4)`` and ``(M, 4)``, each x1, y1, x2, y2: ``(N, M)``.

    >>> box_iou([[0, 0, 2, 2]], [[0, 0, 2, 2], [0, 0, 1, 2], [5, 5, 6, 6]]).tolist()
    [[1.0, 0.5, 0.0]]
    """
    return invoke("box_iou", left, right)


def roi_align(
    features: TensorLike,
    regions: TensorLike,
    *,
    pooled: int = 7,
    samples: int = 2,
    spatial_scale: float = 1.0,
) -> Tensor:
    """Pools regions (sample, x1, y1, x2, y2) of features ``(N, C, H, W)`` into ``(R, C, pooled, pooled)``.

    Each bin is the mean of ``samples`` x ``samples`` points, interpolated between the pixels.

    >>> roi_align([[[[0, 1], [2, 3]]]], [[0, 0, 0, 1, 1]], pooled=1, samples=1).tolist()
    [[[[1.5]]]]
    """
    return invoke(
        "roi_align",
        features,
        regions,
        pooled=pooled,
        samples=samples,
        spatial_scale=spatial_scale,
    )
