"""The commands for whoever writes a plugin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from ..errors import CRMHostError
from .named import plugin_argument
from .output import document, json_option, table

FOLDER = click.Path(path_type=Path)


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say how to get what crmhost does not need by itself, where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("crmhost"):
            raise
        fix = f"pip install 'crmhost[{name}]'"
        raise CRMHostError(
            f"This needs the package {error.name}, which is not installed.", fix=fix
        ) from error


@click.command()
@plugin_argument
@click.option(
    "--tests",
    type=FOLDER,
    default=Path("tests"),
    show_default=True,
    help="The folder of its tests, or a file.",
)
@json_option
def certify(plugin: str, tests: Path, *, as_json: bool) -> None:
    """Try a plugin's contract, and award it a tier: bronze, silver, gold or platinum."""
    with _extra("testing"):
        from ..testing.certifying import certify as tried
    found = tried(plugin, tests)
    if as_json:
        document(found)
    else:
        rows = [(one["tier"], one["id"], one["state"], one["said"]) for one in found["rules"]]
        table(f"The contract of {plugin}", ("Tier", "Rule", "State", "What and why"), rows)
        click.echo(found["summary"])
    if found["tier"] is None:
        sys.exit(1)


@click.command("scan-cassettes")
@click.argument("paths", nargs=-1, required=True, type=FOLDER)
@json_option
def scan_cassettes(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Look through cassettes and recordings for secrets, and for people who are somebody.

    What is none is said in a file scan-allowed.txt beside them, a pattern a line with its reason after #.
    """
    with _extra("testing"):
        from ..testing.scanning import scan, scanned
    leaks, files = scan(paths), scanned(paths)
    if as_json:
        document({"files": files, "leaks": [{**asdict(leak), "file": str(leak.file)} for leak in leaks]})
    else:
        for leak in leaks:
            click.echo(str(leak))
        click.echo(f"{files} file(s), {len(leaks)} leak(s).")
    if leaks:
        sys.exit(1)


@click.command("new-plugin")
@click.argument("name")
@click.option("--title", help="The CRM's name, for people; that of the plugin otherwise.")
@click.option("--into", type=FOLDER, help="The folder to make; crmhost-NAME here otherwise.")
@click.option("--update", is_flag=True, help="Merge what is new in the template into a plugin made before.")
@json_option
def new_plugin(name: str, title: str | None, into: Path | None, *, update: bool, as_json: bool) -> None:
    """Make a plugin that installs, is found, and is told by its tests what is to be written."""
    with _extra("new-plugin"):
        import copier  # noqa: F401 - it is run in a process of its own

        from .. import scaffold
        from ..settings import in_place
    folder = into or Path(f"crmhost-{name}")
    in_place(folder)
    if update:
        scaffold.update(folder)
    files = [] if update else scaffold.make(name, title or name.replace("_", " ").title(), folder)
    if as_json:
        document({"plugin": name, "folder": str(folder.resolve()), "files": [str(file) for file in files]})
        return
    click.echo(f"{folder} is up to date with the template." if update else f"{folder} is made. Go on there:")
    if not update:
        click.echo(f"  cd {folder}")
        click.echo("  git init && git add --all && git commit --message Begin    # --update merges into it")
        click.echo("  pip install -e '.[test]'")
        click.echo("  pytest    # its last lines say what is to be written next, in client.py")
