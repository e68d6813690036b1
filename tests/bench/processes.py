"""The processes of a measurement: started, waited for until they are ready, ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
LOOK = 0.005
"""Seconds between two looks at what a program has said."""
SAID = 1 << 24
"""Bytes of it that are read: those that it began may say much before it says that it is ready."""
TROUBLES = 20
"""Lines that are shown of what went wrong in it, where the measurement failed."""


@dataclass(frozen=True)
class Started:
    """A process that is ready: its number, and what the pattern found in its output."""

    pid: int
    found: str


@contextmanager
def process(module: str, *words: str, ready: str, **variables: str) -> Iterator[str]:
    """Run a module while the block lasts; yield what the pattern ``ready`` found in its output."""
    with starting(module, *words, ready=ready, **variables) as started:
        yield started.found


@contextmanager
def starting(module: str, *words: str, ready: str, **variables: str) -> Iterator[Started]:
    """Run a module while the block lasts; yield the process once it is ready."""
    with program([sys.executable, "-m", module, *words], ready, variables) as started:
        yield started


@contextmanager
def program(
    words: Sequence[str], ready: str, variables: Mapping[str, str], cwd: Path | None = None
) -> Iterator[Started]:
    """Run a program while the block lasts; yield it once it is ready.

    What it says goes to a file: whoever read it line by line would take from the processor that is measured.
    """
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(
            words, cwd=cwd, env=environment(**variables), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield Started(started.pid, _ready(started, said, ready))
        except Exception as error:
            error.add_note("\n".join([f"{' '.join(words)} said:", *troubles(_read(said))]))
            raise
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _ready(started: subprocess.Popen[bytes], said: IO[bytes], pattern: str) -> str:
    """Wait until it says what it says when it is ready; return what the pattern found."""
    while True:
        ended = started.poll() is not None
        text = _read(said)
        if found := re.search(pattern, text):
            return found.group(1) if found.groups() else found.group()
        if ended:
            raise RuntimeError(f"{started.args!r} did not start: {text}")
        time.sleep(LOOK)


def _read(said: IO[bytes]) -> str:
    """Return what was said, by its place in the file, which leaves the program's own as it is."""
    return os.pread(said.fileno(), SAID, 0).decode(errors="replace")


def troubles(said: str) -> list[str]:
    """Return the last lines of a log but those of what went as it should."""
    return [line for line in said.splitlines() if "level='info'" not in line][-TROUBLES:]


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without crmhost's settings, with these variables."""
    kept = {name: of for name, of in os.environ.items() if not name.startswith("CRMHOST_")}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def seconds_used(*pids: int) -> float:
    """Return the processor seconds that these processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(*pids: int) -> float:
    """Return the memory of these processes: what they share is divided among those who share it (PSS)."""
    kilobytes = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kilobytes += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kilobytes / 1024


def children(pid: int) -> list[int]:
    """Return the processes that this one has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    found = {int(one) for one in text.split()}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found |= {int(one) for one in (thread / "children").read_text().split()}
    return sorted(found)
