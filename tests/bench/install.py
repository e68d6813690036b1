"""What it takes to have it: the space of its packages, the time to its help, the time until it is ready."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .processes import ROOT, environment, program
from .rows import Aim, Row, Scale

SPACE, HELP, READY = Aim(most=120), Aim(most=300), Aim(most=2)
BIN = Path(sys.executable).parent


def measure(scale: Scale) -> Sequence[Row]:
    """Install it into an empty environment, and start it there."""
    rounds = scale.of(7, 3)
    with tempfile.TemporaryDirectory(prefix="crmhost-bench-") as folder:
        installed = _install(Path(folder))
        return [_space(installed), _help(installed, rounds), _ready(installed, rounds)]


def _install(folder: Path) -> Path:
    """Install crmhost and its plugin for Krayin as uv.lock has them, without extras."""
    wanted = environment(UV_PROJECT_ENVIRONMENT=str(folder), VIRTUAL_ENV="", UV_LINK_MODE="copy")
    words = ["sync", "--quiet", "--frozen", "--no-dev", "--no-editable", "--package", "crmhost-krayin"]
    words += ["--refresh-package", "crmhost", "--refresh-package", "crmhost-krayin"]  # as they are now
    subprocess.run([BIN / "uv", *words, "--python", sys.executable], env=wanted, cwd=ROOT, check=True)
    return folder


def _space(installed: Path) -> Row:
    packages = next(installed.glob("lib/python*/site-packages"))
    sizes = {one.name: size_of(one) for one in packages.iterdir()}
    largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:5]
    parts = {name: sizes[name] / 1e6 for name in largest}
    what = "site-packages of crmhost and its plugin for Krayin, without extras"
    return Row("install.space", what, sum(sizes.values()) / 1e6, "MB", SPACE, parts)


def size_of(path: Path) -> int:
    """Return how many bytes a file, or all in a folder, has."""
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size


def _help(installed: Path, rounds: int) -> Row:
    """Ask for help, again and again; beside a Python that does nothing."""
    took = _median([str(installed / "bin" / "crmhost"), "--help"], rounds)
    bare = _median([str(installed / "bin" / "python"), "-c", "pass"], rounds)
    parts = {"a Python that does nothing, ms": bare, "times that": took / bare}
    return Row("install.help", "crmhost --help", took, "ms", HELP, parts)


def _median(words: list[str], rounds: int) -> float:
    """Return the milliseconds that it takes; not the first time, which compiles it."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, env=environment(PYTHONPATH=""), check=True)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[1:])


def _ready(installed: Path, rounds: int) -> Row:
    """Start ``crmhost serve`` on its data folder: Valkey, the database, pages, receiver and workers."""
    took = []
    words = [str(installed / "bin" / "crmhost"), "serve", "--port", "0"]
    with tempfile.TemporaryDirectory(prefix="crmhost-bench-") as folder:
        for _ in range(rounds + 1):
            began = time.perf_counter()
            with program(words, "listens on", {"CRMHOST_DATA_DIR": folder, "PYTHONPATH": ""}):
                took.append(time.perf_counter() - began)
    first, *later = took
    parts = {"the first time, s": first}
    return Row(
        "install.ready", "crmhost serve, from start to ready", statistics.median(later), "s", READY, parts
    )
