"""Small rules of Matrix, as pure functions: power, what an event says, what an answer means."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Gone, Later, NoRights, Refused, SendError, Stop, Unknown
from bot.platforms.matrix.errors import Trouble, asks_for_a_pause, ended
from bot.platforms.matrix.events import Marked, Said, heard, membership
from bot.platforms.matrix.ledger import Ledger
from bot.platforms.matrix.power import ABOVE_ALL, Power, power
from bot.platforms.matrix.wire import Broken, NoAnswer, NotSent, Refusal, WireError, answered, at

ANNA, BEN = "@anna:example.org", "@ben:example.org"

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("levels", "creation", "anna", "manages"),
    [
        (None, {"sender": ANNA, "content": {"room_version": "11"}}, 100, True),
        (None, {"sender": BEN, "content": {"creator": ANNA}}, 100, True),
        ({}, {"sender": ANNA, "content": {"room_version": "11"}}, 0, False),
        ({"users": {ANNA: 50}}, None, 50, True),
        ({"users": {ANNA: "50"}}, None, 50, True),
        ({"users": {ANNA: 50}, "state_default": 51}, None, 50, False),
        ({"users_default": 3, "state_default": 3}, None, 3, True),
        ({"users": {ANNA: 1}}, {"sender": ANNA, "content": {"room_version": "12"}},
         ABOVE_ALL, True),
        ({}, {"sender": BEN, "content": {"room_version": "12", "additional_creators": [ANNA]}},
         ABOVE_ALL, True),
        ({"users": {ANNA: "much"}}, None, 0, False),
        ({"users": [ANNA]}, {"content": {"room_version": 12}}, 0, False),
    ],
)  # fmt: skip
def test_who_may_change_a_room(levels: Any, creation: Any, anna: int, manages: bool) -> None:
    """Levels as numbers or text, creators above all from version 12 on, and nonsense is nothing."""
    found = power(levels, creation)

    assert anna == found.of(ANNA)
    assert manages is found.manages(ANNA)


def test_who_may_talk() -> None:
    """A kind of event may have a level of its own."""
    found = Power({"events_default": 10, "events": {"m.room.message": 20}, "users": {ANNA: 15}})

    assert not found.talks(ANNA, "m.room.message")
    assert found.talks(ANNA, "m.reaction")
    assert Power().talks(BEN, "m.room.message")


def message(**content: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message", "event_id": "$1", "sender": ANNA,
        "content": {"msgtype": "m.text", "body": "Words"} | content,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (message(), "Words"),
        (message(body="\ud800"), "\ufffd"),
        (message(formatted_body="<b>W</b>", format="org.matrix.custom.html"), "W"),
        (message(formatted_body="<b>W</b>"), "Words"),
        (message(formatted_body="<br>", format="org.matrix.custom.html"), "Words"),
        (message(msgtype="m.image"), "/help"),
        (message(msgtype="m.notice"), None),
        (message(msgtype="m.emote"), None),
        (message(msgtype="m.key.verification.request"), None),
        (message(body=7), None),
        (message(**{"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}}), None),
        (message(**{"m.relates_to": ["m.replace"]}), "Words"),
        ({**message(), "sender": None}, None),
        ({**message(), "content": []}, None),
        ({**message(), "content": {}}, None),
        ({**message(), "type": "m.sticker"}, None),
    ],
)  # fmt: skip
def test_what_an_event_says(event: Any, words: str | None) -> None:
    """Words of people, with the formatting that clients know; no more."""
    found = heard(event)

    assert words == (found.rich.text if isinstance(found, Said) else None)


def test_what_is_replied_to_is_not_said_again() -> None:
    """Older clients repeat it, in both forms; what only looks like that stays."""
    to = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}
    html = "<mx-reply><blockquote>Old</blockquote></mx-reply>New"
    quoted = "> <@a:b> Old\n>\n> more\n\nNew"

    assert Said("$1", ANNA, _plain("New"), "$0") == heard(message(body=quoted, **to))
    assert Said("$1", ANNA, _plain("New"), "$0") == heard(
        message(body=quoted, formatted_body=html, format="org.matrix.custom.html", **to)
    )
    assert Said("$1", ANNA, _plain(quoted)) == heard(message(body=quoted))


def _plain(text: str) -> Any:
    from storage.model import RichText

    return RichText(text)


def test_a_mark_says_under_what_it_is() -> None:
    """Anything else that a reaction may be says nothing."""
    relation = {"rel_type": "m.annotation", "event_id": "$0", "key": "1"}
    event = {"type": "m.reaction", "event_id": "$1", "sender": ANNA}

    assert Marked("$1", ANNA, "$0", "1") == heard({**event, "content": {"m.relates_to": relation}})
    for odd in ({}, {"key": None}, {"event_id": 1}, {"rel_type": "m.thread"}):
        broken = relation | odd if odd else {}
        assert heard({**event, "content": {"m.relates_to": broken}}) is None


@given(json, json, json)
def test_no_event_is_too_odd(one: Any, two: Any, three: Any) -> None:
    """Anybody can send anything."""
    for kind in ("m.room.message", "m.reaction"):
        heard({"type": kind, "event_id": "$1", "sender": ANNA, "content": one})
        content = {"msgtype": two, "body": two, "formatted_body": three, "m.relates_to": one}
        heard({"type": kind, "event_id": "$1", "sender": ANNA, "content": content})
    membership({"content": one, "unsigned": two, "state_key": three})
    power(one if isinstance(one, dict) else None, {"content": two, "sender": three}).manages(ANNA)


@pytest.mark.parametrize(
    ("error", "end", "seconds"),
    [
        (Refusal(429, "M_LIMIT_EXCEEDED", 4.5), Later, 4.5),
        (Refusal(429, "M_LIMIT_EXCEEDED"), Later, 5.0),
        (Refusal(401, "M_UNKNOWN_TOKEN"), Later, None),
        (Refusal(403, "M_USER_DEACTIVATED"), Stop, None),
        (Refusal(401, "M_USER_LOCKED"), Later, None),
        (Refusal(403, "M_FORBIDDEN"), NoRights, None),
        (Refusal(404, "M_NOT_FOUND"), Gone, None),
        (Refusal(404, "M_UNRECOGNIZED"), Later, None),
        (Refusal(413, "M_TOO_LARGE"), Refused, None),
        (Refusal(400, "M_BAD_JSON"), Refused, None),
        (Refusal(400, "M_UNKNOWN"), Later, None),
        (Broken(413), Refused, None),
        (Broken(429), Later, 5.0),
        (Broken(502), Later, None),
        (Broken(504), Unknown, None),
        (Broken(200), Unknown, None),
        (Broken(404), Later, None),
        (NoAnswer("x"), Unknown, None),
        (NotSent("x"), Later, None),
    ],
)  # fmt: skip
def test_each_answer_is_an_end(error: WireError, end: type[SendError], seconds: float) -> None:
    """What may have been done is unknown; what never was, and will be, is later."""
    found = ended(error)

    assert end is type(found)
    assert seconds == getattr(found, "seconds", None)


@pytest.mark.parametrize(
    ("status", "payload", "error"),
    [
        (200, b"[]", Broken),
        (200, b"<html>", Broken),
        (200, b"[" * 100_000, Broken),
        (502, b"<html>Bad Gateway</html>", Broken),
        (502, b'{"errcode": "M_UNKNOWN"}', Broken),
        (403, b'{"error": "no"}', Broken),
        (403, b'{"errcode": "M_FORBIDDEN", "error": "@anna:example.org"}', Refusal),
        (301, b"", Broken),
    ],
)
def test_an_answer_is_a_homeservers_or_none(
    status: int, payload: bytes, error: type[WireError]
) -> None:
    """Its own words are not passed on."""
    with pytest.raises(error) as raised:
        answered(status, payload)

    assert "anna" not in str(raised.value)


def test_the_pause_is_in_the_answer_or_its_head() -> None:
    """Both are written; a code that is none of a server's is not repeated."""
    waits = []
    for payload, head in ((b'{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}', ""),
                          (b'{"errcode":"M_LIMIT_EXCEEDED"}', "7"),
                          (b'{"errcode":"@anna: no!"}', "soon")):  # fmt: skip
        with pytest.raises(Refusal) as raised:
            answered(429, payload, head)
        waits.append((raised.value.code, asks_for_a_pause(raised.value)))

    assert [("M_LIMIT_EXCEEDED", 1.5), ("M_LIMIT_EXCEEDED", 7.0), ("M_UNKNOWN", 5.0)] == waits


def test_nothing_in_a_name_parts_a_path() -> None:
    """Ids hold slashes, question marks and dots."""
    assert "/_matrix/client/v3/rooms/%21a%2F..%3Fb%3Ac/state/m.x/" == at(
        "rooms", "!a/..?b:c", "state", "m.x", ""
    )


def test_trouble_is_said_once_and_waited_out() -> None:
    """Twice as long each time, to half a minute; a pause that is asked for is as long as that."""
    said: list[tuple[bool, str]] = []
    trouble = Trouble(lambda _, ok, why: said.append((ok, why)))
    pauses = [trouble.met(NotSent("x")) for _ in range(12)]
    assert 40 == trouble.met(Refusal(429, "M_LIMIT_EXCEEDED", 40))
    trouble.over()
    trouble.over()

    assert [(False, "the homeserver cannot be reached"), (True, "")] == said
    assert pauses[0] <= 1 < pauses[-1] <= 30


async def test_how_far_was_read_is_kept_when_all_before_it_is_done() -> None:
    """In order, whatever takes longest."""
    kept: list[str] = []
    ledger = Ledger(kept.append)
    one, two, three = (ledger.begin(token) for token in "abc")
    one.take()
    for batch in (one, two, three):
        batch.done()
    await ledger.flush()
    assert [] == kept
    assert 1 == ledger.waiting
    room = asyncio.create_task(ledger.room(1))
    one.done()
    await room
    await ledger.flush()
    await ledger.flush()

    assert ["c"] == kept
