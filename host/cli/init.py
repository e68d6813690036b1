"""The command a newcomer begins with: the settings, to be kept in a file."""

from __future__ import annotations

import click

from .output import document, json_option


@click.command()
@click.option("--base-url", metavar="URL", help="Address at which Chatwoot reaches this host.")
@click.option("--key", is_flag=True, help="Put a new key in it, as a database elsewhere needs.")
@json_option
def init(base_url: str | None, *, key: bool, as_json: bool) -> None:
    """Print a .env with every setting and what it is: crmhost init > .env."""
    from ..env_file import commented
    from ..settings import load_settings
    from ..vault import new_key

    given = {"base_url": base_url} if base_url else {}
    if key:
        given["secret_key"] = new_key()
    load_settings(**given)
    text = commented(given)
    if as_json:
        document({"env": text})
    else:
        click.echo(text, nl=False)
