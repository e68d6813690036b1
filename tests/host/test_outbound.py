"""Where the host lets itself be sent, and whose certificates it believes."""

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.responses import PlainTextResponse

from crmhost import Http, SettingsError, TryAgain
from crmhost.http import _check_peer, new_pool
from crmhost.server import listening, serving


class Stream:
    """A connection to this address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed = False

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return self.address, 80

    def close(self) -> None:
        self.closed = True


def own_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for localhost, signed with that key itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "localhost.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    with serving(PlainTextResponse("hello")) as address:
        yield address


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.1.1", "224.0.0.1", "0.0.0.0"]
)
def test_where_no_crm_is_nothing_is_said(address: str) -> None:
    stream = Stream(address)

    with pytest.raises(SettingsError, match="no address of a CRM"):
        _check_peer(stream, private=True)

    assert stream.closed


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "127.0.0.1", "fd00::7", "::1"])
def test_private_networks_are_a_setting(address: str) -> None:
    _check_peer(Stream(address), private=True)
    with pytest.raises(SettingsError, match="private network"):
        _check_peer(Stream(address), private=False)


def test_a_public_address_is_anybodys() -> None:
    _check_peer(Stream("93.184.216.34"), private=False)
    assert not ipaddress.ip_address("93.184.216.34").is_private


def test_a_request_to_a_private_network_is_stopped_before_it_is_sent(local: str) -> None:
    with new_pool(private=False) as pool, pytest.raises(SettingsError, match="private network"):
        Http(pool).request("GET", local)


def test_a_request_that_may_be_sent_is(local: str) -> None:
    with new_pool() as pool:
        assert Http(pool).request("GET", local).text == "hello"


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
