"""``python -m tests.chaos``; imported by its processes too, which want nothing of it."""

if __name__ == "__main__":
    from .run import chaos

    chaos()
