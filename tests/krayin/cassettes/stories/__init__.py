"""The stories, by what they are about; to import this is to know them all."""

from . import lists, people, sales

__all__ = ["lists", "people", "sales"]
