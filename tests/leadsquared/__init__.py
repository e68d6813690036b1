"""Tests of the LeadSquared plugin and of its sandbox."""
