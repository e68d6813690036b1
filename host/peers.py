"""Whom the HTTP client may connect to: looked at once it is connected, before anything is said."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

from .errors import SettingsError

METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Where clouds tell a machine its own secrets, beside the link-local 169.254.169.254."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses of IPv6 that lead to the one of IPv4 in their last four bytes (RFC 6052)."""


def check_peer(stream: Any, *, private: bool) -> None:
    """Refuse a connection to where no CRM is: a cloud's metadata, a group, a network that is not allowed.

    The peer is looked at once it is connected to and before anything is said: a name can be made to
    point elsewhere between a look and a connection.
    """
    try:
        check_address(str(stream.get_extra_info("server_addr")[0]), private=private)
    except SettingsError:
        stream.close()
        raise


def check_address(text: str, *, private: bool) -> None:
    """Refuse an address where no CRM can be, and one of a private network where that is not allowed."""
    address = _meant(ipaddress.ip_address(text.partition("%")[0]))
    nowhere = address.is_link_local or address.is_multicast or address.is_unspecified
    if nowhere or address in METADATA:
        raise SettingsError(f"{address} is no address of a CRM.", fix="Look at what its name stands for.")
    if not (address.is_global or private):
        fix = "Set CRMHOST_PRIVATE_ADDRESSES=true if the CRM lives there."
        raise SettingsError(f"{address} is an address of a private network.", fix=fix)


@lru_cache
def is_address(host: str) -> bool:
    """Whether a host is named by its address, not by a name that stands for one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _meant(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address of IPv4 that one of IPv6 stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address
