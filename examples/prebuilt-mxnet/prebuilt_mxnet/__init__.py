"""The published MXNet library behind a minimal ctypes interface: its version and its feature list."""

from .libinfo import features, version

__all__ = ["features", "version"]
