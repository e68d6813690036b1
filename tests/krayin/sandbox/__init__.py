"""Tests of the sandbox: what a real Krayin answered is asked again."""
