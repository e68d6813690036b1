"""Tests that hold the documentation to the code, and the tool that writes what can be written from it."""
