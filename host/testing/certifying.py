"""Trying a plugin's contract from outside of its tests: they are found, run, and what came of it is read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import CRMHostError, SettingsError

SHOWN = 12
"""Lines of pytest's that are shown where it came to nothing."""


def certify(plugin: str, tests: Path) -> dict[str, Any]:
    """Run the plugin's contract, which is somewhere in a folder of tests; return its table as a document."""
    files = list(contracts_in(tests, plugin))
    if not files:
        fix = f'It is a class that inherits CRMContract and says plugin = "{plugin}": --tests FOLDER.'
        raise SettingsError(f"There is no contract of the plugin {plugin} in {tests}.", fix=fix)
    with tempfile.TemporaryDirectory(prefix="crmhost-") as folder:
        told = Path(folder) / "contract.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--contract-json={told}"]
        ran = subprocess.run([*command, *files], capture_output=True, text=True, check=False)  # noqa: S603
        tables = json.loads(told.read_text("utf-8")) if told.exists() else []
    for table in tables:
        if table["plugin"] == plugin:
            document: dict[str, Any] = table
            return document
    said = "\n".join((ran.stdout + ran.stderr).strip().splitlines()[-SHOWN:])
    raise CRMHostError(f"The contract of {plugin} came to nothing:\n{said}", fix=f"pytest {files[0]}")


def contracts_in(tests: Path, plugin: str) -> list[Path]:
    """Return the files in which a contract of this plugin is."""
    if not tests.exists():
        raise SettingsError(f"There is no folder {tests}.", fix="Name the plugin's tests: --tests FOLDER")
    named = re.compile(rf"""^\s+plugin\s*(?::.*)?=\s*["']{re.escape(plugin)}["']""", re.MULTILINE)
    files = [tests] if tests.is_file() else sorted(tests.rglob("*.py"))
    texts = ((file, file.read_text("utf-8", errors="replace")) for file in files)
    return [file for file, text in texts if "CRMContract" in text and named.search(text)]
