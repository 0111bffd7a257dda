"""Addresses, sealed: encrypted with their row bound in, and hashed so that they can be found."""

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


class SealError(Exception):
    """The key is missing, broken, or not the one this database was sealed with."""


class Seal:
    """Seals, opens and hashes addresses with keys derived from one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(secret, b"address"))
        self._hashing = _derived(secret, b"hash")
        self.check = _derived(secret, b"check").hex()

    def seal(self, address: Address, row: int, what: str = "subscriber") -> bytes:
        """The address as bytes that only this key opens, and only for this row of `what`."""
        nonce = os.urandom(NONCE_BYTES)
        words = json.dumps([address.chat, address.thread]).encode()
        return nonce + self._cipher.encrypt(nonce, words, _bound(what, address.platform, row))

    def open(self, sealed: bytes, platform: str, row: int, what: str = "subscriber") -> Address:
        """The address that was sealed for this row. Raises SealError if it was not."""
        try:
            words = self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(what, platform, row)
            )
        except (InvalidTag, ValueError):  # another key or row; or too short to be sealed at all
            raise SealError(f"The address of {what} {row} was not sealed with this key.") from None
        chat, thread = json.loads(words)
        return Address(platform, chat, thread)

    def address_hash(self, address: Address) -> bytes:
        """The same for the same platform, chat and thread; says nothing without the key."""
        return self._hash(address.platform, address.chat, address.thread)

    def chat_hash(self, address: Address) -> bytes:
        """The same for every thread of a chat."""
        return self._hash(address.platform, address.chat)

    def _hash(self, *parts: str) -> bytes:
        words = json.dumps(parts).encode()
        return hashlib.blake2b(words, key=self._hashing, digest_size=16).digest()


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
