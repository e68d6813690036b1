"""``python -m tests.chaos``; its processes import this module too, and want nothing of it."""

if __name__ == "__main__":
    from .command import chaos

    chaos()
