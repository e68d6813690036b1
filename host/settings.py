"""The host's settings, from CRMHOST_* environment variables and a .env file beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import SettingsError
from .messenger import checked

PREFIX = "CRMHOST_"
ENV_FILE = ".env"


def _base_url(value: str) -> str:
    """Return the address without its last slash; it needs a scheme and a host."""
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
        raise ValueError("it needs http:// or https:// in front, and a host")
    return value.rstrip("/")


def _database_url(value: str | None) -> str | None:
    """Refuse a database that is not one of the two the store is tested on."""
    if value and not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise ValueError("it starts with postgresql:// or sqlite:///")
    return value


def _redis_url(value: str | None) -> str | None:
    """Refuse what redis-py would not understand."""
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it starts with redis://, rediss:// or unix://")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("after the host comes the number of a database, as in redis://host:6379/0")
    _ = parts.port  # raises where it is none
    return value


def _broker_url(value: SecretStr | None) -> SecretStr | None:
    """Refuse what is not RabbitMQ's; it is secret, since it may hold a password."""
    if value and not value.get_secret_value().startswith(("amqp://", "amqps://")):
        raise ValueError("it starts with amqp:// or amqps://")
    return value


def _notify(value: SecretStr | None) -> SecretStr | None:
    """Refuse what no message can be carried to; it is secret, since it may hold a password."""
    if value is not None:
        checked(value.get_secret_value())
    return value


class Settings(BaseSettings):
    """What an operator can set; each field is the variable CRMHOST_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", env_ignore_empty=True, frozen=True
    )

    data_dir: Path = Field(Path("data"), description="Folder of the embedded database, Valkey and key.")
    database_url: Annotated[str | None, AfterValidator(_database_url)] = Field(
        None, description="SQLAlchemy address of the database; without it SQLite in the data folder."
    )
    redis_url: Annotated[str | None, AfterValidator(_redis_url)] = Field(
        None, description="Address of Redis or Valkey; without it one is started in the data folder."
    )
    broker_url: Annotated[SecretStr | None, AfterValidator(_broker_url)] = Field(
        None, description="Address of a RabbitMQ for doorbells (amqp://…); without it Redis carries them."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Key that secrets are encrypted with; for a database in the data folder one is made.",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "http://localhost:8000", description="Address at which Chatwoot reaches this host."
    )
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="Longest webhook body that is taken.")
    settle_ms: int = Field(
        300, ge=0, le=10_000, description="How long a new contact waits, so that a burst of events is one."
    )
    unknown_hold_seconds: int = Field(
        60, ge=0, description="How long a CRM may go on with a request whose answer we never got."
    )
    give_up_hours: int = Field(72, ge=1, description="How long a delivery is tried again before it is dead.")
    retention_days: int = Field(30, ge=1, description="How long the payload of a finished delivery is kept.")
    reconcile_minutes: int = Field(
        60, ge=0, le=10_000, description="How often what Chatwoot never delivered is looked for; 0 for never."
    )
    reconcile_all_at: int = Field(
        3, ge=0, le=23, description="At which hour (UTC) all contacts are compared with Chatwoot's."
    )
    notify: Annotated[SecretStr | None, AfterValidator(_notify)] = Field(
        None, description="Where operators are told what needs them: smtp://… or a webhook's https://…"
    )
    language: Literal["en", "pt_BR", "es"] = Field(
        "en",
        description="What operators are told in, and browsers of unknown languages: en, pt_BR or es.",
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token with which Prometheus reads /metrics; without it there are none."
    )
    private_addresses: bool = Field(
        True, description="Whether a CRM may live in a private network, as self-hosted ones do."
    )
    forget_in_crm: bool = Field(
        False, description="Whether crmhost forget removes a contact's records in the CRM too, unasked."
    )
    ca_file: Path | None = Field(
        None, description="Certificates (PEM) to believe beside those of the public authorities."
    )
    worker_threads: int = Field(8, ge=1, le=256, description="Lanes one worker process works at once.")


def load_settings(**given: Any) -> Settings:
    """Read the settings; a wrong or unknown one is refused by its name. ``given`` ones go before."""
    try:
        _refuse_unknown([*os.environ, *dotenv_values(ENV_FILE)])
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        why = first["msg"].removeprefix("Value error, ")
        fix = f"Change it where it is set: in the environment, or in the file {ENV_FILE}."
        raise SettingsError(f"{name} is wrong: {why}.", fix=fix) from error
    except PermissionError as error:
        fix = "Let this user read it, or start crmhost in another folder: it reads the .env of where it is."
        raise SettingsError(
            f"The file {Path(ENV_FILE).absolute()} is closed to this user.", fix=fix
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        fix = "It must be text (UTF-8): crmhost init prints one."
        raise SettingsError(f"The file {ENV_FILE} cannot be read: {error}.", fix=fix) from error
    in_place(settings.data_dir)
    return settings


def in_place(path: Path) -> None:
    """Say in one sentence that there is no place for a relative path, where the folder one is in is gone."""
    try:
        path.absolute()
    except FileNotFoundError as error:
        fix = f"Go to one that is there (cd), or name {path} by its whole path."
        raise SettingsError("The folder that this was started in is gone.", fix=fix) from error


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    ours = sorted({name for name in names if name.upper().startswith(PREFIX)})
    for name in ours:
        if name.upper() not in known and not name.upper().startswith(f"{PREFIX}TEST_"):
            raise SettingsError(f"{name} is not a setting of crmhost.", fix=f"Known: {known_variables()}.")


def known_variables() -> str:
    """Return the names of all variables, as one line."""
    return ", ".join(PREFIX + name.upper() for name in Settings.model_fields)
