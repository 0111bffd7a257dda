"""What Telegram's refusals mean for the one who sends: an error of the library → a SendError.

The Bot API calls its error codes "subject to change", so the words count too. Strings:
telegram-bot-api Client.cpp, fail_query_with_error and check_chat; td MessagesManager.cpp.
"""

from __future__ import annotations

from datetime import timedelta

from telegram import error as tg

from bot import chat
from storage.model import Address

# What the library raises where an answer lacks what it insists on.
UNREADABLE = (LookupError, TypeError, AttributeError, ValueError)


class NotSent(tg.NetworkError):
    """The request never left us: no connection, or none free."""

    def __init__(self) -> None:
        super().__init__("not sent: no connection")


class Ambiguous(tg.TimedOut):
    """The request left us and its answer was lost or cannot be read: it may have been done."""

    def __init__(self) -> None:
        super().__init__("no answer: it may have been done")


class SlowDown(tg.TelegramError):
    """429: not done. `seconds` to wait, None where it does not say.

    Stands in for the library's RetryAfter, which warns of its own deprecation when it is made.
    """

    def __init__(self, seconds: float | None) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class NoBotApi(tg.NetworkError):
    """What answered is not a Bot API: a page of some other server, a proxy's refusal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no Bot API answers here (HTTP {status})")
        self.status = status


class NoMethod(tg.BadRequest):
    """404: this Bot API server lacks the method. (Of a wrong token only getMe can tell.)"""

    def __init__(self) -> None:
        super().__init__("this Bot API has no such method")


SLOW_DOWN = (SlowDown, tg.RetryAfter)

_GONE = {
    "bot was blocked by the user": "the person blocked the bot",
    "user is deactivated": "the account was deleted",
    "can't initiate conversation": "the person has not started the bot",
    "bot was kicked": "the bot was removed from the chat",
    "bot is not a member": "the bot is not in the chat",
    "group chat was deleted": "the group was deleted",
    "can't send messages to the bot": "the chat is a bot",
    "can't send messages to bots": "the chat is a bot",
    "chat not found": "there is no such chat",
    "have no write access to the chat": "the chat cannot be written to",
    "peer_id_invalid": "there is no such chat",
}
_NO_RIGHTS = {
    "not enough rights": "the bot may not write in the chat",
    "need administrator rights": "the bot must be an administrator there",
    "topic_closed": "the topic is closed",
    "topic_deleted": "the topic was deleted",
    "message thread not found": "the topic is not there",
    "chat_restricted": "the chat is restricted",
    "chat_write_forbidden": "the bot may not write in the chat",
    "chat_send_plain_forbidden": "the bot may not write in the chat",
    "allow_payment_required": "the chat takes paid messages only",
}
_REFUSED = {
    "text is empty": "the text is empty",
    "text must be non-empty": "the text shows nothing",
    "too long": "the message is too long",
    "can't parse": "the request cannot be parsed",
    "unsupported parse_mode": "the text's format is not known",
    "must be encoded in utf-8": "the text is not UTF-8",
    "http url": "a web address was not accepted",
    "url host": "a web address was not accepted",
    "entity": "a style or link was not accepted",
    "button": "a button was not accepted",
    "to edit not found": "the message to edit is not there",
    "can't be edited": "the message can no longer be edited",
    "to delete not found": "the message to delete is not there",
    "can't be deleted": "the message can no longer be deleted",
    "message identifier": "the message's id is wrong",
    "message_id_invalid": "the message's id is wrong",
}


def classified(error: tg.TelegramError, address: Address) -> chat.SendError:
    """The way this send ended; its text is ours and names neither people nor words.

    A refusal in words we do not know had no effect and may be of the server's making (Telegram
    has refused everything for hours before): it is Later, and ends when the delivery expires. For
    whom a pause is that Telegram asks for it does not say.
    """
    if isinstance(error, tg.ChatMigrated):
        moved = Address(address.platform, str(error.new_chat_id), address.thread)
        return chat.Moved("the group became a supergroup", moved)
    if isinstance(error, SLOW_DOWN):
        return chat.Later("Telegram asks for a pause", _seconds(error))
    if isinstance(error, tg.InvalidToken):
        return chat.Stop("Telegram refused the bot token")
    if isinstance(error, tg.Forbidden | tg.BadRequest):
        return _refusal(error.message.lower())
    return _trouble(error)


def not_there(error: tg.TelegramError) -> bool:
    """Whether a message could not be deleted because it is not there."""
    return isinstance(error, tg.BadRequest) and "to delete not found" in error.message.lower()


def _refusal(words: str) -> chat.SendError:
    for strings, kind in (
        (_GONE, chat.Gone),
        (_NO_RIGHTS, chat.NoRights),
        (_REFUSED, chat.Refused),
    ):
        for string, reason in strings.items():
            if string in words:
                return kind(reason)
    return chat.Later("Telegram refused for a reason we do not know")


def _trouble(error: tg.TelegramError) -> chat.SendError:
    """The network, the server, or another instance: nothing that has to do with this chat."""
    if isinstance(error, tg.TimedOut):
        return chat.Unknown("no answer from Telegram")
    if isinstance(error, NotSent):
        return chat.Later("no connection to Telegram", scope="platform")
    if isinstance(error, NoBotApi):
        return chat.Later(f"no Bot API at its address (HTTP {error.status})", scope="platform")
    return chat.Later("Telegram has trouble", scope="platform")


def _seconds(error: SlowDown | tg.RetryAfter) -> float | None:
    if isinstance(error, SlowDown):
        return error.seconds
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
