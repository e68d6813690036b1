"""Make the cassettes of the recordings in tests/data: ``python -m tests.krayin.cassettes.converting``."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from crmhost.testing import Scrubber

from ..recordings import RECORDINGS
from . import stories  # noqa: F401 - to know them all
from .people import people_in
from .story import STORIES
from .tapes import converted, write


def convert() -> None:
    """Write the cassette of each story that has recordings."""
    scrubber = Scrubber(people_in)
    for name, story in STORIES.items():
        taped = [_recording(which, story.asked_of) for which in story.recordings]
        write(name, [converted(recording, scrubber) for recording in taped])


def _recording(which: int | str, asked_of: str) -> dict[str, Any]:
    """Read a recording; ``asked_of`` takes the place of its path."""
    path = RECORDINGS / f"{which}.json" if isinstance(which, str) else next(RECORDINGS.glob(f"{which:03}-*"))
    recording: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if asked_of:
        url = urlsplit(recording["request"]["url"])
        recording["request"]["url"] = url._replace(path=asked_of).geturl()
    return recording


if __name__ == "__main__":
    convert()
