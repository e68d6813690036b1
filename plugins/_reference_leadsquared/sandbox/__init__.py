"""A LeadSquared that runs anywhere: as much of it as the recorded answers show, and nothing of crmhost."""

from .app import LeadSquaredSandbox

__all__ = ["LeadSquaredSandbox"]
