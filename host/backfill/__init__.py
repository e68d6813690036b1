"""Bringing the past: all contacts and conversations that an account has, beside what happens now."""

from .beginning import Estimate, begin, estimate, lasting
from .feeding import Feeder

__all__ = ["Estimate", "Feeder", "begin", "estimate", "lasting"]
