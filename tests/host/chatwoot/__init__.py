"""Tests of Chatwoot's API as the host uses it, and of the sandbox that stands in for it."""
