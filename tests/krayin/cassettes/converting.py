"""Make the cassettes of the recordings in tests/data: ``python -m tests.krayin.cassettes.converting``."""

from __future__ import annotations

import json

from ..recordings import RECORDINGS
from .scrubbing import Scrubber
from .stories import STORIES
from .tapes import converted, write


def convert() -> None:
    """Write the cassette of each story that has recordings."""
    scrubber = Scrubber()
    for name, story in STORIES.items():
        paths = [next(RECORDINGS.glob(f"{number:03}-*.json")) for number in story.recordings]
        write(name, [converted(json.loads(path.read_text("utf-8")), scrubber) for path in paths])


if __name__ == "__main__":
    convert()
