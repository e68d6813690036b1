"""Tests of the kit for plugin authors: a good plugin keeps every rule, a bad one loses its own."""
