"""The wheels: built, installed in an empty environment, they run the demo from there."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"


def command(*words: str | Path, cwd: Path) -> str:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CRMHOST", "VIRTUAL", "COV"))
    }
    ran = subprocess.run(words, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_wheels_run_the_demo_from_an_empty_environment(tmp_path: Path) -> None:
    command(UV, "build", "--all-packages", "--out-dir", tmp_path / "dist", cwd=ROOT)
    wheels = sorted((tmp_path / "dist").glob("*.whl"))
    assert [wheel.name.split("-")[0] for wheel in wheels] == [
        "crmhost",
        "crmhost_krayin",
        "crmhost_leadsquared_reference",
    ]
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    command(python, "-m", "pip", "install", "--quiet", *wheels, cwd=tmp_path)

    demo = (tmp_path / "env/bin/crmhost", "demo", "--json")
    reports = [json.loads(command(*demo, *of, cwd=tmp_path)) for of in ((), ("--plugin", "leadsquared"))]

    assert [next(iter(report["crm"])) for report in reports if report["ok"]] == ["persons", "leads"]
    for plugin in ("crmhost_krayin", "crmhost_leadsquared_reference"):
        spoken = f"import {plugin} as it; print(*sorted(one.name for one in it.LOCALES.iterdir()))"
        assert command(python, "-c", spoken, cwd=tmp_path).split() == ["es", "pt_BR"]
    spoken = "from crmhost.admin.words import read, FOLDER as at; "
    spoken += "print(read('es', at, 'reasons').gettext('Give it first.'))"
    assert command(python, "-c", spoken, cwd=tmp_path) == "Delo primero.\n"
    assert "site-packages" in command(
        python, "-c", "import crmhost_krayin as k; print(k.__file__)", cwd=tmp_path
    )
