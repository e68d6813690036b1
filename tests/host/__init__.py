"""Tests of the host: pure parts, the store, the receiver, lanes, the command line."""
