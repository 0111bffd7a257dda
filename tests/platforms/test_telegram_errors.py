"""Which refusal of Telegram's is which way a send can end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import error as tg

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Stop, Unknown
from bot.platforms.telegram.errors import Ambiguous, NoBotApi, NotSent, SlowDown, classified
from storage.model import Address

CHAT = Address("telegram", "424242")
GROUP = Address("telegram", "-100424242", "7")

GONE = [
    tg.Forbidden("Forbidden: bot was blocked by the user"),
    tg.Forbidden("Forbidden: user is deactivated"),
    tg.Forbidden("Forbidden: bot can't initiate conversation with a user"),
    tg.Forbidden("Forbidden: bot was kicked from the supergroup chat"),
    tg.Forbidden("Forbidden: bot is not a member of the channel chat"),
    tg.Forbidden("Forbidden: the group chat was deleted"),
    tg.BadRequest("Bad Request: chat not found"),
    tg.BadRequest("Bad Request: have no write access to the chat"),
]
NO_RIGHTS = [
    tg.BadRequest("Bad Request: not enough rights to send text messages to the chat"),
    tg.BadRequest("Bad Request: need administrator rights in the channel chat"),
    tg.BadRequest("Bad Request: TOPIC_CLOSED"),
    tg.BadRequest("Bad Request: message thread not found"),
    tg.BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"),
]
REFUSED = [
    tg.BadRequest("Bad Request: message text is empty"),
    tg.BadRequest("Bad Request: text must be non-empty"),
    tg.BadRequest("Bad Request: message is too long"),
    tg.BadRequest("Bad Request: can't parse entities: Unsupported start tag"),
    tg.BadRequest("Bad Request: strings must be encoded in UTF-8"),
    tg.BadRequest("Bad Request: BUTTON_URL_INVALID"),
    tg.BadRequest("Bad Request: message can't be edited"),
    tg.BadRequest("Bad Request: message to edit not found"),
]


@pytest.mark.parametrize(
    ("error", "end"),
    [
        *((error, Gone) for error in GONE),
        *((error, NoRights) for error in NO_RIGHTS),
        *((error, Refused) for error in REFUSED),
        (tg.BadRequest("Bad Request: words never heard of 424242"), Later),
        (tg.Forbidden("Forbidden: words never heard of"), Later),
        (tg.NetworkError("Internal Server Error: restart"), Later),
        (tg.Conflict("Conflict: terminated by other getUpdates request"), Later),
        (NotSent(), Later),
        (NoBotApi(403), Later),
        (SlowDown(None), Later),
        (Ambiguous(), Unknown),
        (tg.TimedOut(), Unknown),
        (tg.InvalidToken("Unauthorized"), Stop),
    ],
)
def test_every_refusal_has_its_end(error: tg.TelegramError, end: type[SendError]) -> None:
    """The class of the end says what to do next; its text never who or what."""
    result = classified(error, CHAT)

    assert type(result) is end
    assert str(result)
    assert "424242" not in str(result)


@pytest.mark.parametrize("as_timedelta", ["false", "true"])
def test_the_librarys_own_pause_is_understood(
    monkeypatch: pytest.MonkeyPatch, as_timedelta: str
) -> None:
    """It gives a number or a timedelta, as the operator's environment says."""
    monkeypatch.setenv("PTB_TIMEDELTA", as_timedelta)
    if as_timedelta == "true":
        result = classified(tg.RetryAfter(timedelta(seconds=9)), CHAT)
    else:
        with pytest.warns(DeprecationWarning, match="retry_after"):
            result = classified(tg.RetryAfter(9), CHAT)

    assert isinstance(result, Later)
    assert result.seconds == 9


def test_a_group_that_moved_keeps_its_topic() -> None:
    """The new address is Telegram's new id, in the same topic."""
    result = classified(tg.ChatMigrated(-100777), GROUP)

    assert isinstance(result, Moved)
    assert result.address == Address("telegram", "-100777", "7")
