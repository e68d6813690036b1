"""Chatwoot's records in LeadSquared's words: functions of their arguments, and nothing else."""
