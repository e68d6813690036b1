"""Krayin's REST API as it really behaves: one small class a resource, over one transport."""
