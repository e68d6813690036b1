"""The command that serves the sandbox."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from crmhost_krayin.cli import main

from ...processes import running

LOGIN = {"email": "admin@example.com", "password": "admin123", "device_name": "test"}
JSON = {"accept": "application/json"}


def test_it_serves_a_krayin_that_one_can_log_into(tmp_path: Path) -> None:
    words = ["crmhost-krayin", "sandbox", "--port", "0", "--rate-limit", "7"]
    with running(tmp_path, words, r"(http://[\d.]+:\d+)") as url, httpx.Client(base_url=url) as client:
        login = client.post("/api/v1/login", json=LOGIN, headers=JSON).json()
        known = JSON | {"authorization": f"Bearer {login['token']}"}
        answer = client.get("/api/v1/settings/pipelines", headers=known)
    assert [row["name"] for row in answer.json()["data"]] == ["Default Pipeline"]
    assert answer.headers["x-ratelimit-limit"] == "7"
    assert answer.json()["links"]["first"] == f"{url}/api/v1/settings/pipelines?page=1"


def test_it_serves_the_krayin_that_is_named(tmp_path: Path) -> None:
    words = ["crmhost-krayin", "sandbox", "--port", "0", "--krayin", "2.2", "--rest", "2.2.0"]
    with running(tmp_path, words, r"(http://[\d.]+:\d+)") as url, httpx.Client(base_url=url) as client:
        assert client.get("/up").status_code == 200
        login = client.post("/api/v1/login", json=LOGIN, headers=JSON).json()
        known = JSON | {"authorization": f"Bearer {login['token']}"}
        answer = client.get("/api/v1/settings/pipelines?colour=red", headers=known)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["colour"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--krayin", "3.0"], "Invalid value for '--krayin': '3.0' is not one of '2.1', '2.2'."),
        (["--rest", "2.2"], "Invalid value for '--rest': '2.2' is not one of '2.1.1', '2.2.0'."),
        (["--rest", "2.2.0"], "Krayin 2.1 does not go with rest-api 2.2.0."),
        (["--timezone", "Mars"], "Invalid value for '--timezone': there is no time zone called Mars."),
        (["--rate-limit", "-1"], "Invalid value for '--rate-limit': -1 is not in the range x>=0."),
        (["--latency", "slow"], "Invalid value for '--latency': 'slow' is not a valid float range."),
    ],
)
def test_what_it_does_not_know_it_refuses_in_one_sentence(options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, ["sandbox", "--port", "8099", *options])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: {sentence}"
