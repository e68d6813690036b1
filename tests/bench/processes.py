"""The processes of a measurement: started, waited for until they are ready, ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def process(module: str, *words: str, ready: str, **variables: str) -> Iterator[str]:
    """Run a module while the block lasts; yield what the pattern ``ready`` found in its output."""
    started = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert started.stdout
    said: list[str] = []
    try:
        found = None
        for line in started.stdout:
            said.append(line)
            if found := re.search(ready, line):
                break
        if not found:
            raise RuntimeError(f"{module} did not start: {''.join(said)}")
        threading.Thread(target=lambda: said.extend(started.stdout or ()), daemon=True).start()
        yield found.group(1) if found.groups() else found.group()
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without crmhost's settings, with these variables."""
    kept = {name: of for name, of in os.environ.items() if not name.startswith("CRMHOST_")}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}
