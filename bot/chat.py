"""The contract between commands and platforms: what is asked, what is answered, how a send ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.pacing import Budget
from storage import Storage
from storage.model import Address, Attachment, Event, RichText, Suggestion

if TYPE_CHECKING:
    from aiohttp import web

NOTHING = RichText()


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked.

    `words` is what was typed, or the `command` of the button that was `pressed`; `under` is the
    text of the message that button stands under ("" if unknown). `language` is what the platform
    hints until the router replaces it by what the person chose. `private` is a chat of two;
    `may_manage` says whether the sender may change this chat's subscription. `sender` tells the
    people of one chat apart and is never kept or logged. `rich` is what was typed with its
    formatting; the router leaves in it only what follows the command's name, as in `words`.
    `wordless` is a picture, a sticker or the like: `words` is then what it asks for where nobody
    waits for words. The router sets `asked`: what `Message.asks` of the question was that these
    words answer, or a press passes over.
    """

    address: Address
    words: str
    at: datetime
    rich: RichText = NOTHING
    sender: str = ""
    language: str = "en"
    timezone: str = ""
    pressed: bool = False
    under: str = ""
    private: bool = True
    may_manage: bool = True
    admin: bool = False
    wordless: bool = False
    asked: str = ""


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

    `picture` goes above the text; a platform that cannot show it leaves it out. `asks` names the
    command that gets what its reader types next, in a chat of two, within `asks_seconds`; what
    stands behind the name comes back to it in `Request.asked`.
    """

    text: RichText
    buttons: Rows = ()
    replaces: bool = False
    picture: Attachment | None = None
    asks: str = ""
    asks_seconds: float = 600.0  # whoever has not answered by then has something else in mind


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
    """What a command has at hand: storage, campaign, the time (UTC), the menu for its reader.

    `kept` says in English, a sentence each, what the reader's platform keeps beyond the usual.
    """

    storage: Storage
    campaign: Campaign
    now: datetime
    menu: tuple[Menu, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes: the longest text, and how it counts.

    `caption` is the longest text under a picture, 0 where none is shown. `edits`: what was sent
    can be changed in its place.
    """

    text: int
    caption: int = 0
    length: Callable[[str], int] = len
    edits: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that arrived: the platform's own identifier, for edits and recalls."""

    id: str


Answer = Callable[[Request], Awaitable[Message | None]]
Suggest = Callable[[Request, int], Awaitable[Sequence[Suggestion] | None]]


# Gets the headers, their names in lower case, and the body; gives the status to answer with.
Handler = Callable[[Mapping[str, str], bytes], Awaitable[int]]
Site = Callable[["web.Request"], Awaitable["web.StreamResponse"]]
Report = Callable[[str, bool, str], None]
Pictures = Callable[[str], Awaitable[Attachment | None]]


async def no_picture(_: str) -> Attachment | None:
    """Where nobody fetches pictures."""
    return None


def unheard(_name: str, _ok: bool, _why: str) -> None:
    """Where nobody watches over platforms."""


class Server(Protocol):
    """The web port, shared by all who need it: a path goes to one handler."""

    def post(self, path: str, handler: Handler, may: Callable[[Mapping[str, str]], bool]) -> None:
        """From now on `handler` gets each POST to `path` whose headers `may` come in."""

    def site(self, site: Site, heard: Callable[[bool, str], None] = ...) -> None:
        """From now on `site` answers every path that nobody else has.

        `heard` is told when the port cannot be opened, with a few words why, and when it is open.
        """


@dataclass(frozen=True, slots=True)
class Host:
    """What a platform finds when it is connected.

    `menu` gives the commands of a language, with those of admins if asked; `suggest` gives inline
    answers to a request, those after the first so many, or None where it did not look; `server`
    is the web port. `pictures` gives what is at the address of a release's lead picture. A
    platform tells `report` its name, whether it is well, and a few words of ours why not.
    """

    storage: Storage
    campaign: Campaign
    menu: Callable[[str, bool], tuple[Menu, ...]]
    suggest: Suggest
    server: Server
    proxy: str = ""
    pictures: Pictures = no_picture
    report: Report = unheard


class Probe(Protocol):
    """A way to find out whether a message arrived, for platforms without idempotency keys."""

    async def bound(self) -> str:
        """The end of what earlier runs can have sent, once that is known; "" if it cannot be."""

    def recovered(self) -> None:
        """What earlier runs left open is kept, with its bound: from now on answers may go out."""

    def mark(self, address: Address) -> str:
        """How far the platform has come by now; "" where a look could not begin here.

        Else no answer goes there until the budget lets go of the address.
        """

    async def arrived(self, address: Address, message: Message, mark: str) -> Sent | None:
        """The message, if an earlier run sent it; None if it is not there.

        `mark` is the one taken before it was sent, a hyphen, and the bound. Raises a SendError
        where that cannot be found out (now).
        """


class Platform(Protocol):
    """A place where people are.

    `budget` is what it may send: whoever sends, edits or deletes takes a turn there first, and
    the platform tells it what it learns. `admins` are the admins' own chats with us. `probe` is
    None where there is none, or it is not wanted. `kept` says, a sentence each, what is kept of a
    person here beyond the sealed address: /privacy has it. `once`: what is sent again with the
    same key arrives once, so that whatever is in doubt may be sent until it is certain.
    """

    name: str
    limits: Limits
    budget: Budget
    admins: Sequence[Address]
    probe: Probe | None
    kept: Sequence[str]
    once: bool

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Take in requests until cancelled; call `ready` once, after the first successful poll.

        Raises Stop when the platform will not have us (a token refused).
        """

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        """Send one message that fits `limits`; returns when it arrived, or raises a SendError.

        `key` stays the same however often one delivery is tried; it is "" for an answer.
        """

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
    """The platform will not have us at all: a token refused, a wrong address of its API.

    `alone`: it stops this platform alone, at the start too; else that ends the run.
    """

    def __init__(self, why: str, *, alone: bool = False) -> None:
        super().__init__(why)
        self.alone = alone
