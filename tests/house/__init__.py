"""Tests of the house itself: its front door, its documents, its wheels."""
