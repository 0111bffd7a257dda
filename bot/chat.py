"""The contract between commands and platforms: what is asked, what is answered, how a send ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage import Storage
from storage.model import Address, Attachment, Event, RichText, Suggestion


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked.

    `words` is what was typed, or the `command` of the button that was `pressed`; `under` is the
    text of the message that button stands under ("" if unknown). `language` is what the platform
    hints until the router replaces it by what the person chose. `private` is a chat of two;
    `may_manage` says whether the sender may change this chat's subscription. `sender` tells the
    people of one chat apart and is never kept or logged.
    """

    address: Address
    words: str
    at: datetime
    sender: str = ""
    language: str = "en"
    timezone: str = ""
    pressed: bool = False
    under: str = ""
    private: bool = True
    may_manage: bool = True
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: it asks a `command` (at most 46 bytes of UTF-8), opens a `url`, or
    shares the release of this id with other chats.
    """

    label: str
    command: str = ""
    url: str = ""
    share: int = 0


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What Herald says. `replaces` asks to stand in place of the message the button was under.

    `picture` goes above the text; a platform that cannot show it leaves it out.
    """

    text: RichText
    buttons: Rows = ()
    replaces: bool = False
    picture: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A command as users see it in a menu: its name, one line of help, and what may follow it."""

    name: str
    help: str
    usage: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is specific to the campaign, as plain values."""

    name: str
    contact: Mapping[str, str]
    events: tuple[Event, ...] = ()
    timezone: str = "UTC"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Context:
    """What a command has at hand: storage, campaign, the time (UTC), the menu for its reader."""

    storage: Storage
    campaign: Campaign
    now: datetime
    menu: tuple[Menu, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows: the longest text, how it counts, and how often a chat takes one.

    `caption` is the longest text under a picture, 0 where none is shown. `gap` gives the seconds
    that must lie between two messages to an address.
    """

    text: int
    caption: int = 0
    length: Callable[[str], int] = len
    gap: Callable[[Address], float] = lambda _: 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that arrived: the platform's own identifier, for edits and recalls."""

    id: str


Answer = Callable[[Request], Awaitable[Message | None]]
Suggest = Callable[[Request, int], Awaitable[Sequence[Suggestion] | None]]


# Gets the headers, their names in lower case, and the body; gives the status to answer with.
Handler = Callable[[Mapping[str, str], bytes], Awaitable[int]]


class Server(Protocol):
    """The web port, shared by all who need it: a path goes to one handler."""

    def post(self, path: str, handler: Handler) -> None:
        """From now on `handler` gets each POST to `path`; the port is open once one is wanted."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a platform finds when it is connected.

    `menu` gives the commands of a language, with those of admins if asked; `suggest` gives inline
    answers to a request, those after the first so many, or None where it did not look; `server`
    is the web port.
    """

    storage: Storage
    campaign: Campaign
    menu: Callable[[str, bool], tuple[Menu, ...]]
    suggest: Suggest
    server: Server
    proxy: str = ""


class Platform(Protocol):
    """A place where people are. `key` stays the same however often one delivery is tried."""

    name: str
    limits: Limits

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Take in requests until cancelled; call `ready` once, after the first successful poll.

        Raises Stop when the platform will not have us (a token refused).
        """

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        """Send one message that fits `limits`; returns when it arrived, or raises a SendError."""

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Replace a message sent before; raises a SendError."""

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back; raises a SendError."""


class SendError(Exception):
    """A send that did not end well. Its text names the reason, never an address or a word sent."""


class Later(SendError):
    """Not now: try again after `seconds` (None: when you like). `scope` is chat or platform."""

    def __init__(self, reason: str, seconds: float | None = None, scope: str = "chat") -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.scope = scope


class Gone(SendError):
    """Nobody is there any more: blocked, deleted, kicked."""


class Moved(SendError):
    """The chat has another address now."""

    def __init__(self, reason: str, address: Address) -> None:
        super().__init__(reason)
        self.address = address


class NoRights(SendError):
    """The chat is there, but we may not write in it."""


class Refused(SendError):
    """This content will never be taken."""


class Unknown(SendError):
    """It may have arrived, or not."""


class Stop(SendError):
    """The platform will not have us at all: a token refused, a wrong address of its API."""
