"""Answers that a real Krayin gave, recorded."""

from __future__ import annotations

import json
from pathlib import Path

from crmhost import Answer

RECORDINGS = Path(__file__).parents[1] / "data" / "krayin-recordings"


NEWER = "2.2.3-rest2.2.0"
"""The folder of Krayin 2.2 with rest-api 2.2.0."""


def recorded(number: int | str, folder: str = "") -> Answer:
    """Return the answer of one recorded exchange; of another version by its letter, such as ``a-036``."""
    name = number if isinstance(number, str) else f"{number:03}"
    (path,) = (RECORDINGS / folder).glob(f"{name}-*.json")
    response = json.loads(path.read_text())["response"]
    body = response["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Answer(response["status"], headers, text.encode())
