"""A Krayin that runs anywhere: the REST API of Krayin 2.1 or 2.2 in memory, for demos and tests."""

from .app import Asked, KrayinSandbox

__all__ = ["Asked", "KrayinSandbox"]
