"""The page on writing a plugin is carried out, step by step, from a wheel and outside of this repository."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .pages import ROOT, Block, blocks

PAGE = ROOT / "docs" / "write-a-plugin.md"
UV = Path(sys.executable).parent / "uv"


class Author:
    """Somebody with a shell, who does what the page says."""

    def __init__(self, home: Path, dist: Path) -> None:
        self.here = home
        self.said = ""
        self._home = home
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CRMHOST", "COV", "PYTEST"))
        }
        kept.pop("VIRTUAL_ENV", None)
        somebody = {
            f"GIT_{who}_{what}": f"{what}@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        self._environment = {
            **kept,
            **somebody,
            "PATH": f"{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}",
            "PIP_FIND_LINKS": f"{dist} {os.environ.get('PIP_FIND_LINKS', '')}".strip(),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "COLUMNS": "200",
        }

    def does(self, block: Block) -> None:
        """Do what a block says; it must end as its remark says."""
        if block.mark.startswith("into: "):
            self._writes(self._home / "crmhost-acme" / block.mark.removeprefix("into: "), block.text)
        elif block.mark.startswith("step"):
            self._types(block.text, fails=block.mark.endswith("fails"))
        elif block.mark == "shown":
            assert block.text.strip() in self.said, self.said

    def _types(self, lines: str, *, fails: bool) -> None:
        activate = self._home / ".venv" / "bin" / "activate"
        script = f"set -e\n{f'. {activate}' if activate.exists() else ''}\n{lines}\npwd > {self._home}/here\n"
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self.here,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = ran.stdout + ran.stderr
        assert (ran.returncode != 0) == fails, f"{lines}\n{self.said[-6000:]}"
        if not fails:
            self.here = Path((self._home / "here").read_text().strip())

    def _writes(self, file: Path, methods: str) -> None:
        """Put methods in the place of those that have their names."""
        for method in ast.parse(methods).body:
            assert isinstance(method, ast.FunctionDef)
            lines = file.read_text().splitlines()
            (old,) = [
                one
                for one in ast.walk(ast.parse("\n".join(lines)))
                if isinstance(one, ast.FunctionDef) and one.name == method.name
            ]
            new = textwrap.indent(
                "\n".join(methods.splitlines()[method.lineno - 1 : method.end_lineno]), "    "
            )
            lines[old.lineno - 1 : old.end_lineno] = new.splitlines()
            file.write_text("\n".join(lines) + "\n")


@pytest.mark.slow
def test_whoever_does_what_the_page_says_has_a_plugin(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    subprocess.run([UV, "build", "--wheel", "--quiet", "--out-dir", dist], cwd=ROOT, check=True)
    home = tmp_path / "home"
    home.mkdir()
    author = Author(home, dist)

    for block in blocks(PAGE):
        author.does(block)

    kept = (home / "crmhost-acme" / ".copier-answers.yml").read_text()
    assert "name: acme" in kept
    assert str(tmp_path) not in kept


def test_each_method_that_is_to_be_written_is_written_on_the_page() -> None:
    template = (ROOT / "host/scaffold/1/template/crmhost_{{name}}/client.py.jinja").read_text()
    unwritten = template.count("raise NotImplementedError(")
    written = [
        line for block in blocks(PAGE) if block.mark.startswith("into: ") for line in block.text.splitlines()
    ]

    assert sum(line.startswith("def ") for line in written) == unwritten == 8
