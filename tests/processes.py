"""Running crmhost as a user does: in processes of its own, on free ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(sys.executable).parent


PATIENCE = 180.0
"""Seconds that a command may take: one that brings the past waits for two minutes of the CRM's budget."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it printed, read as the one JSON document it must be."""
        return json.loads(self.out)


def run(folder: Path, *words: str, stdin: str = "", **variables: str) -> Ran:
    """Run one command to its end; nothing in it may be a traceback."""
    environment = {**os.environ, "CRMHOST_DATA_DIR": str(folder / "data"), **variables}
    ended = subprocess.run(
        [SCRIPTS / words[0], *words[1:]],
        input=stdin,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr)


@dataclass
class Running:
    """A server that is ready."""

    process: subprocess.Popen[str]
    found: str
    """What the pattern found in its output."""
    said: list[str]
    """Its lines until now."""

    def is_killed(self) -> None:
        """Kill it, as the operating system does where there is no memory left."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(folder: Path, words: Sequence[str], ready: str, **variables: str) -> Iterator[str]:
    """Run a server while the block lasts; yield what the pattern ``ready`` found in its output."""
    with starting(folder, words, ready, **variables) as server:
        yield server.found


@contextmanager
def starting(folder: Path, words: Sequence[str], ready: str, **variables: str) -> Iterator[Running]:
    """Run a server while the block lasts, which then has to end in order, if it was not killed."""
    environment = {**os.environ, "CRMHOST_DATA_DIR": str(folder / "data"), **variables}
    process = subprocess.Popen(
        [SCRIPTS / words[0], *words[1:]],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said: list[str] = []
    drain = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    # A server that never says it, or says it in other words, is a test that fails, not one that hangs.
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:
        found = None
        for line in process.stdout:
            said.append(line)
            if found := re.search(ready, line):
                break
        late.cancel()
        assert found, "".join(said)
        drain.start()
        server = Running(process, found.group(1) if found.groups() else found.group(), said)
        yield server
        if process.returncode != -signal.SIGKILL:
            process.terminate()
            assert process.wait(timeout=90) == 0, "".join(said)
        drain.join(10)
        assert not drain.is_alive(), "something was left behind that holds the output"
        assert "Traceback" not in "".join(said), "".join(said)
    finally:
        late.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        if not drain.is_alive():  # it would be waited for
            process.stdout.close()
