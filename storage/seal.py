"""Addresses, sealed: encrypted with their row bound in, and hashed so that they can be found.

What else only this installation may read or make is sealed here, too: each with a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from storage.model import Address

KEY_BYTES = 32
NONCE_BYTES = 12
TOKEN_CHARS = 1024  # longer ones are not ours


class SealError(Exception):
    """The key is missing, broken, or not the one this database was sealed with."""


class Box:
    """Seals bytes with a key of one purpose, and gives names that say nothing without the key."""

    def __init__(self, secret: bytes, purpose: bytes, naming: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(secret, purpose))
        self._naming = _derived(secret, naming)

    def seal(self, words: bytes, bound: bytes) -> bytes:
        """These bytes, to be opened by who has the key and knows what they are bound to."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, words, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes | None:
        """What was sealed; None if it was with another key, bound to something else, or never."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):  # ValueError: too short to be sealed at all
            return None

    def hash(self, *parts: str) -> bytes:
        """The same for the same parts."""
        words = json.dumps(parts).encode()
        return hashlib.blake2b(words, key=self._naming, digest_size=16).digest()


class Seal:
    """Seals, opens and hashes addresses with keys derived from one secret of 32 bytes.

    `vaults` is for what platforms keep.
    """

    def __init__(self, secret: bytes) -> None:
        self._addresses = Box(secret, b"address", b"hash")
        self._tokens = Box(secret, b"token", b"token hash")
        self.vaults = Box(secret, b"vault", b"vault hash")
        self.check = _derived(secret, b"check").hex()

    def seal(self, address: Address, row: int, what: str = "subscriber") -> bytes:
        """The address as bytes that only this key opens, and only for this row of `what`."""
        return self._addresses.seal(_words(address), _bound(what, address.platform, row))

    def open(self, sealed: bytes, platform: str, row: int, what: str = "subscriber") -> Address:
        """The address that was sealed for this row. Raises SealError if it was not."""
        words = self._addresses.open(sealed, _bound(what, platform, row))
        if words is None:
            raise SealError(f"The address of {what} {row} was not sealed with this key.")
        return _address(platform, words)

    def token(self, address: Address) -> str:
        """The address as letters, digits, - and _, for its reader to keep and to bring again."""
        sealed = self._tokens.seal(_words(address), address.platform.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def opened(self, token: str, platform: str) -> Address | None:
        """Whose token this is; None if this key did not make it for this platform."""
        if len(token) > TOKEN_CHARS:
            return None
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except ValueError:
            return None
        words = self._tokens.open(sealed, platform.encode())
        return _address(platform, words) if words is not None else None

    def address_hash(self, address: Address) -> bytes:
        """The same for the same platform, chat and thread; says nothing without the key."""
        return self._addresses.hash(address.platform, address.chat, address.thread)

    def chat_hash(self, address: Address) -> bytes:
        """The same for every thread of a chat."""
        return self._addresses.hash(address.platform, address.chat)


def _words(address: Address) -> bytes:
    return json.dumps([address.chat, address.thread], ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _address(platform: str, words: bytes) -> Address:
    chat, thread = json.loads(words)
    return Address(platform, chat, thread)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=secret, person=purpose, digest_size=KEY_BYTES).digest()


def _bound(what: str, platform: str, row: int) -> bytes:
    return f"{what} {platform} {row}".encode()


def read_key(path: Path) -> bytes | None:
    """The secret in this file, None where there is no file. Raises SealError if it holds none."""
    try:
        words = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SealError(f"The key file {path} cannot be read: {error.strerror}.") from None
    try:
        secret = base64.b64decode(words.strip(), validate=True)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise SealError(
            f"The key file {path} holds no Herald key and is left as it is."
            " Put the right key in its place."
        )
    return secret


def make_key(path: Path) -> bytes:
    """Write a new secret into a new file of mode 0600, and onto the disk, before it is used."""
    secret = os.urandom(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SealError(f"The key file {path} cannot be made: {error.strerror}.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise SealError(f"The key file {path} cannot be written: {error.strerror}.") from None
    return secret


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk: a file is lost without its name."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
