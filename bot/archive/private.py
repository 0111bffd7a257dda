"""Keeps requests away from private networks: an archive's address must lead into the open."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

_NAT64 = int(IPv6Address("64:ff9b::")) >> 32


class PrivateAddress(OSError):
    """A host name leads to a private address."""

    def __str__(self) -> str:
        return "The archive is at a private address, which the settings do not allow."


def is_private(host: str) -> bool:
    """Whether this is an address in numbers that is not one of the open network."""
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.is_site_local:
            return True
        inner = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inner is not None:
            address = inner
    return not address.is_global or address.is_multicast


def _translated(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address in one that a gateway translates (RFC 6052), or in an IPv4-compatible."""
    network, low = int(address) >> 32, int(address) & 0xFFFFFFFF
    return IPv4Address(low) if network in (_NAT64, 0) else None


class GuardedResolver(AbstractResolver):
    """Resolves names as usual and refuses those that lead to a private address.

    aiohttp connects to the very addresses returned here, so that a name cannot lead elsewhere
    between the check and the connection.
    """

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if any(is_private(one["host"]) for one in found):
            raise PrivateAddress
        return found

    async def close(self) -> None:
        await self._resolver.close()
