"""The source packages: the same bytes each time, and enough to install from on every Python that is found."""

import hashlib
import json
import os
import re
import subprocess
import tomllib
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


@pytest.mark.slow
def test_what_is_made_for_a_release_is_what_may_be_published_with_its_bill_and_licences(
    tmp_path: Path,
) -> None:
    """In the order of docs/release.md, or the other way round: neither removes the other's."""
    (tmp_path / "crmhost-0.0.9-py3-none-any.whl").touch()

    command("make", "--silent", "bill", "dist", f"DIST={tmp_path}", cwd=ROOT)

    files = {file.name: file for file in tmp_path.iterdir()}
    packages = sorted(name for name in files if name.endswith((".whl", ".tar.gz")))
    lines = files["requirements.txt"].read_text().splitlines()
    needed = {line.partition("==")[0] for line in lines}
    here = {line.partition("==")[0] for line in lines if ";" not in line}
    bill = {part["name"] for part in json.loads(files["sbom.json"].read_text())["components"]}
    licences = dict(
        re.findall(r"^\| (\S+) +\| \S+ +\| (.*\S) +\|$", files["licences.md"].read_text(), re.MULTILINE)
    )

    assert [re.sub(r"-.*(\.whl|\.tar\.gz)$", r"\1", name) for name in packages] == [
        "crmhost.whl",
        "crmhost.tar.gz",
        "crmhost_krayin.whl",
        "crmhost_krayin.tar.gz",
    ]
    assert "0.0.9" not in "".join(packages)
    assert {"httpx", "sqlalchemy", "starlette", "psycopg"} <= needed
    assert needed <= bill
    assert here <= {re.sub(r"[-_.]+", "-", name).lower() for name in licences}
    assert "UNKNOWN" not in licences.values()


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("plugins/*/pyproject.toml")), ids=lambda file: file.parent.name
)
def test_a_package_is_published_unless_it_says_that_it_is_not_to_be(file: Path) -> None:
    project = tomllib.loads(file.read_text())["project"]
    published = re.search(r"^PUBLISHED := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    private = "Private :: Do Not Upload" in project.get("classifiers", [])

    assert published
    assert (project["name"] in published[1].split()) is not private


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
