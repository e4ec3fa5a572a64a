"""The operators. Each takes tensors or lists of numbers, and returns a tensor."""

from simpledet_ops.ops.activation import relu_scaled
from simpledet_ops.ops.boxes import box_iou, roi_align
from simpledet_ops.ops.normalization import group_norm

__all__ = ["box_iou", "group_norm", "relu_scaled", "roi_align"]
