"""Addresses, sealed: opened by one key for one row, found by a hash that says nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Seal, SealError, open_storage
from storage.model import Address
from storage.seal import make_key, read_key
from tests.storage.conftest import SECRET, chat

words = st.text(st.characters(codec="utf-8"), max_size=30)


@given(platform=words, room=words, thread=words, row=st.integers(0, 2**62))
def test_what_is_sealed_opens_again(platform: str, room: str, thread: str, row: int) -> None:
    """Any address comes back as it was, for its own row and key."""
    address = Address(platform, room, thread)
    sealed = Seal(SECRET).seal(address, row)

    assert Seal(SECRET).open(sealed, platform, row) == address


def test_sealing_twice_looks_different() -> None:
    """Two rows of one address cannot be told to be one by looking at them."""
    seal = Seal(SECRET)

    assert seal.seal(chat(1), 1) != seal.seal(chat(1), 1)


@pytest.mark.parametrize(("platform", "row"), [("telegram", 2), ("matrix", 1)])
def test_a_sealed_address_is_bound_to_its_row(platform: str, row: int) -> None:
    """A sealed address that was put into another row, or on another platform, does not open."""
    sealed = Seal(SECRET).seal(chat(1), 1)
    with pytest.raises(SealError):
        Seal(SECRET).open(sealed, platform, row)


def test_a_changed_byte_or_another_key_does_not_open() -> None:
    """What was tampered with, cut short or sealed by another key is refused, address unsaid."""
    sealed = Seal(SECRET).seal(chat(1), 1)
    broken = [bytes([*sealed[:i], sealed[i] ^ 1, *sealed[i + 1 :]]) for i in range(len(sealed))]
    for attempt in [*broken, sealed[:-1], sealed[:5], b""]:
        with pytest.raises(SealError) as refused:
            Seal(SECRET).open(attempt, "telegram", 1)
        assert chat(1).chat not in str(refused.value)
    with pytest.raises(SealError):
        Seal(b"o" * 32).open(sealed, "telegram", 1)


def test_hashes_tell_threads_apart_and_chats_together() -> None:
    """All topics of a chat share one hash and have one each; without the key they say nothing."""
    seal, other = Seal(SECRET), Seal(b"o" * 32)
    topics = [chat(1), chat(1, "5"), chat(1, "6")]

    assert len({seal.address_hash(a) for a in topics}) == 3
    assert len({seal.chat_hash(a) for a in topics}) == 1
    assert seal.chat_hash(chat(1)) not in {seal.chat_hash(chat(2)), seal.address_hash(chat(1))}
    assert seal.chat_hash(chat(1)) != other.chat_hash(chat(1))
    assert seal.chat_hash(Address("a", "bc")) != seal.chat_hash(Address("ab", "c"))
    assert seal.check != other.check


def test_an_address_hides_itself() -> None:
    """Neither repr nor str of an address shows it."""
    assert chat(1).chat not in f"{chat(1)} {chat(1)!r} {[chat(1)]}"


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """A new key is its owner's alone, can be read again, and is never overwritten."""
    path = tmp_path / "deep" / "herald.key"
    assert read_key(path) is None
    secret = make_key(path)
    before = path.read_bytes()
    with pytest.raises(SealError, match="cannot be made"):
        make_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == before
    assert read_key(path) == secret
    assert len(secret) == 32


@pytest.mark.parametrize("content", [b"", b"words", b"AAAA\n", b"\xff\xfe", b"A" * 43])
def test_a_file_without_a_key_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """A file that holds no key is refused in words that do not quote it, and is not changed."""
    path = tmp_path / "herald.key"
    path.write_bytes(content)
    with pytest.raises(SealError, match="holds no Herald key"):
        read_key(path)

    assert path.read_bytes() == content


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    """What cannot be read as a file is one sentence too."""
    with pytest.raises(SealError, match="cannot be read"):
        read_key(tmp_path)


async def test_a_wrong_key_is_told_before_it_does_harm(path: Path) -> None:
    """With subscribers, only their key opens the database; the right one still does afterwards."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1))
    with pytest.raises(SealError, match="right key"):
        async with open_storage(path, Seal(b"o" * 32)):
            pass
    async with open_storage(path, Seal(SECRET)) as storage:
        assert await storage.subscribers.find(chat(1)) is not None


async def test_without_subscribers_a_new_key_takes_over(path: Path) -> None:
    """Where nobody's address is kept, a new key does no harm; the old one then does."""
    async with open_storage(path, Seal(SECRET)):
        pass
    async with open_storage(path, Seal(b"o" * 32)) as storage:
        await storage.subscribers.subscribe(chat(1))
    with pytest.raises(SealError):
        async with open_storage(path, Seal(SECRET)):
            pass


async def test_without_a_key_it_only_counts(path: Path) -> None:
    """A reader without the key may count, and is refused what needs an address."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1))
    async with open_storage(path) as storage:
        assert await storage.subscribers.counts() == {"telegram": 1}
        with pytest.raises(SealError):
            await storage.subscribers.find(chat(1))
