"""Comparing a connection with Chatwoot itself: what was never received, and who is gone there."""

from .clock import keep
from .run import Reconciled, reconcile

__all__ = ["Reconciled", "keep", "reconcile"]
