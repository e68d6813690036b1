"""The source packages: the same bytes each time, and enough to install from on every Python that is found."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from .test_wheels import ROOT, UV, command

COMMITTED = "1790000000"
"""A commit's time, in unix seconds."""


def built(folder: Path) -> list[Path]:
    """Build all packages, and return their files."""
    os.environ["SOURCE_DATE_EPOCH"] = COMMITTED
    try:
        command(UV, "build", "--all-packages", "--out-dir", folder, cwd=ROOT)
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
    return sorted([*folder.glob("*.whl"), *folder.glob("*.tar.gz")])


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return built(tmp_path_factory.mktemp("packages"))


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(packages: list[Path], tmp_path: Path) -> None:
    def digests(files: list[Path]) -> dict[str, str]:
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    assert digests(built(tmp_path)) == digests(packages)


@pytest.mark.proof
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_demo_runs_from_source_packages(packages: list[Path], version: str, tmp_path: Path) -> None:
    found = subprocess.run(
        [UV, "python", "find", "--no-python-downloads", "--system", version],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        pytest.skip(f"there is no Python {version}")
    sources = [file for file in packages if file.name.startswith(("crmhost-", "crmhost_krayin-"))]
    command(found.stdout.strip(), "-m", "venv", tmp_path / "env", cwd=tmp_path)
    pip = tmp_path / "env/bin/pip"
    command(pip, "install", "--quiet", *(file for file in sources if file.suffix == ".gz"), cwd=tmp_path)

    report = json.loads(command(tmp_path / "env/bin/crmhost", "demo", "--json", cwd=tmp_path))

    assert report["ok"]
