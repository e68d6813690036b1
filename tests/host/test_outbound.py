"""Where the host lets itself be sent, and whose certificates it believes."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from crmhost import Http, SettingsError, TryAgain
from crmhost.peers import check_address, check_peer
from crmhost.pool import new_pool
from crmhost.server import listening, serving

from .certificates import own_certificate


class Stream:
    """A connection to this address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed = False

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return self.address, 80

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    with serving(PlainTextResponse("hello")) as address:
        yield address


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1%eth0",
        "224.0.0.1",
        "0.0.0.0",
        pytest.param("::ffff:169.254.1.1", id="mapped"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64"),
        pytest.param("2002:a9fe:a9fe::1", id="6to4"),
        pytest.param("fd00:ec2::254", id="a cloud's metadata by IPv6"),
        pytest.param("100.100.100.200", id="another cloud's metadata"),
    ],
)
def test_where_no_crm_is_nothing_is_said(address: str) -> None:
    stream = Stream(address)

    with pytest.raises(SettingsError, match="no address of a CRM"):
        check_peer(stream, private=True)

    assert stream.closed


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "100.64.0.1", "127.0.0.1", "fd00::7", "::1"])
def test_private_networks_are_a_setting(address: str) -> None:
    check_peer(Stream(address), private=True)
    with pytest.raises(SettingsError, match="private network"):
        check_peer(Stream(address), private=False)


def test_a_public_address_is_anybodys() -> None:
    for address in ("93.184.216.34", "64:ff9b::5db8:d822", "2606:4700::1111"):
        check_address(address, private=False)


def test_a_request_to_a_private_network_is_stopped_before_it_is_sent(local: str) -> None:
    with new_pool(private=False) as pool, pytest.raises(SettingsError, match="private network"):
        Http(pool).request("GET", local)


def test_an_address_is_refused_also_where_a_proxy_would_be_asked(
    local: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", local)

    with new_pool() as pool, pytest.raises(SettingsError, match="no address of a CRM"):
        Http(pool).request("GET", "http://169.254.169.254/latest/meta-data")


def test_a_password_in_an_address_is_not_said() -> None:
    with listening("127.0.0.1", 0) as silent, new_pool(read=0.1) as pool:
        url = f"http://jane:s3cret@127.0.0.1:{silent.getsockname()[1]}/records?email=jane@example.com"
        with pytest.raises(TryAgain, match="/records got no whole answer") as failed:
            Http(pool).request("GET", url)

    assert "jane" not in str(failed.value)


def test_a_request_that_may_be_sent_is(local: str) -> None:
    with new_pool() as pool:
        assert Http(pool).request("GET", local).text == "hello"


def test_what_a_crm_sets_as_a_cookie_is_not_sent_with_anothers_call() -> None:
    async def crm(scope: Scope, receive: Receive, send: Send) -> None:
        response = Response(Request(scope).headers.get("cookie", "none"))
        response.set_cookie("crm_session", "of-the-first-customer")
        await response(scope, receive, send)

    with serving(crm) as address, new_pool() as pool:
        answers = [Http(pool).request("GET", address).text for _ in range(2)]

    assert answers == ["none", "none"]


@pytest.mark.parametrize("token", ["3|abc\ndef", "3|abc\x00", "3|tok\u00e9n"])
def test_a_token_that_no_header_can_have_is_not_shown(local: str, token: str) -> None:
    with new_pool() as pool, pytest.raises(SettingsError, match="sent as Authorization") as refused:
        Http(pool).request("GET", local, headers={"Authorization": f"Bearer {token}"})

    assert "3|" not in f"{refused.value} {refused.value.fix} {refused.value.__cause__}"


def test_a_private_authority_is_believed_where_it_is_named(tmp_path: Path) -> None:
    """The server shows a certificate that it signed itself."""
    certificate = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    with listening("127.0.0.1", 0) as listener:
        answers = threading.Thread(target=_answer, args=(listener, context, 2))
        answers.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        with new_pool() as pool, pytest.raises(TryAgain):
            Http(pool).request("GET", url)
        with new_pool(ca_file=certificate) as pool:
            assert Http(pool).request("GET", url).text == "hello"
        answers.join()


def test_certificates_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CRMHOST_CA_FILE cannot be read"):
        new_pool(ca_file=tmp_path / "none.pem")


def _answer(listener: Any, context: ssl.SSLContext, times: int) -> None:
    for _ in range(times):
        plain, _peer = listener.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        except OSError:
            plain.close()  # the client does not believe us
