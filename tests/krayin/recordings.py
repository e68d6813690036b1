"""Answers that a real Krayin gave, recorded."""

from __future__ import annotations

import json
from pathlib import Path

from crmhost import Answer

RECORDINGS = Path(__file__).parents[1] / "data" / "krayin-recordings"


def recorded(number: int) -> Answer:
    """Return the answer of one recorded exchange."""
    (path,) = RECORDINGS.glob(f"{number:03}-*.json")
    response = json.loads(path.read_text())["response"]
    body = response["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Answer(response["status"], headers, text.encode())
