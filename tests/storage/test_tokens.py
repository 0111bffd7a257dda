"""Tokens for readers' cookies: ours alone open, and nothing else of any length does."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import Address
from storage.seal import TOKEN_CHARS, Seal
from tests.storage.conftest import SECRET

SEAL = Seal(SECRET)
WHO = Address("somewhere", "x" * 22, "a thread")


def test_a_token_opens_to_its_address() -> None:
    """For its own platform, under the same key, after a restart too."""
    token = SEAL.token(WHO)

    assert WHO == SEAL.opened(token, "somewhere")
    assert WHO == Seal(SECRET).opened(token, "somewhere")
    assert None is SEAL.opened(token, "elsewhere")
    assert None is Seal(b"another secret of thirty-two by.").opened(token, "somewhere")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_token_fits_a_cookie_and_an_address(chat: str, thread: str) -> None:
    """Letters, digits, - and _, whatever the address is made of; and it tells nothing of it."""
    who = Address("somewhere", chat, thread)
    token = SEAL.token(who)

    assert re.fullmatch(r"[A-Za-z0-9_-]{40,1024}", token)
    assert who == SEAL.opened(token, "somewhere")
    assert token != SEAL.token(who)


@given(st.data())
def test_a_token_that_was_changed_does_not_open(data: st.DataObject) -> None:
    """Any character replaced, dropped or added makes it nobody's."""
    token = SEAL.token(WHO)
    place = data.draw(st.integers(0, len(token) - 2))  # some bits of the last say nothing
    other = data.draw(st.characters().filter(lambda c: c != token[place]))

    for broken in (
        token[:place] + other + token[place + 1 :],
        token[:place] + token[place + 1 :],
        token[:place] + other + token[place:],
    ):
        assert None is SEAL.opened(broken, "somewhere")


@given(st.text() | st.text("ABCabc019-_=", max_size=200))
def test_rubbish_is_nobodys(rubbish: str) -> None:
    """Whatever a browser sends, it is an answer and no failure."""
    assert None is SEAL.opened(rubbish, "somewhere")


@pytest.mark.parametrize("length", [0, 1, 4, 16, 38, TOKEN_CHARS, TOKEN_CHARS + 1, 10_000_000])
@pytest.mark.parametrize("letter", ["A", "=", "é", "\ud800", "\0", " "])
def test_rubbish_of_any_length_is_nobodys(letter: str, length: int) -> None:
    """However long it is."""
    assert None is SEAL.opened(letter * length, "somewhere")


def test_what_was_sealed_for_a_row_is_no_token() -> None:
    """Each purpose has a key of its own: what is in the database opens no mailbox."""
    stolen = base64.urlsafe_b64encode(SEAL.seal(WHO, 1)).rstrip(b"=").decode()

    assert None is SEAL.opened(stolen, "somewhere")
