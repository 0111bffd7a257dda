"""The chat in a browser as a Platform: questions come by HTTP, and what is pushed waits in a
mailbox, sealed, until its visitor's page shows it.
"""

from __future__ import annotations

import asyncio
import resource
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.chat import Answer, Host, Limits, Message, Probe, Refused, Sent
from bot.i18n import texts
from bot.pacing import Budget, Rate
from bot.platforms.web.archive import ArchivePages
from bot.platforms.web.drawing import Contents
from bot.platforms.web.files import Files, templates
from bot.platforms.web.front import Front
from bot.platforms.web.guards import Guards
from bot.platforms.web.mailroom import Mailroom
from bot.platforms.web.site import Site
from bot.platforms.web.streams import MOST, Streams
from bot.platforms.web.talk import Talk
from bot.platforms.web.visitors import NAME, Visitors
from config.settings import WebSettings
from storage.model import Address

log = structlog.get_logger(__name__)

# A mailbox takes any length; the second is for texts under a picture, which may be as long.
LIMITS = Limits(text=100_000, caption=1_000_000)
RATE = 5_000.0  # messages a second: nobody limits us but our own disk
OPEN_FILES = 16_384  # each open page is one; many systems begin with 1,024
OTHER_FILES = 128  # which the port leaves to all else, too
# In English: /privacy says it in its reader's language.
KEPT = (
    texts("en")(
        "In the web chat that address is a random number in a cookie of your browser, which comes"
        " with your first question. I also keep the last 50 releases and statements that I sent"
        " you there, for 90 days, and the day of your last visit."
    ),
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Web:
    """The chat, and the pages around it."""

    name = NAME
    limits = LIMITS
    admins: Sequence[Address] = ()
    probe: Probe | None = None
    kept: Sequence[str] = KEPT
    once = True

    def __init__(
        self, options: WebSettings, host: Host, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self.budget = Budget(Rate(RATE))
        self._options = options
        self._host = host
        self._now = now
        mailboxes = host.storage.mailboxes
        self.streams = Streams(mailboxes)
        self._mailroom = Mailroom(mailboxes, self.streams.deliver, now)
        self._contents = Contents()

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Answer what is asked at the web port, until cancelled."""
        self.streams.most = _pages(_allow_open_files(OPEN_FILES))
        self.streams.closed = False
        site = self._site(answer)
        ready()
        self._host.server.site(site.answer, partial(self._host.report, self.name))
        try:
            await asyncio.Event().wait()
        finally:
            self.streams.end()
            await self._mailroom.end()

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        """Put a message into the mailbox; the same key twice is one message."""
        letter = await self._mailroom.put(
            address, key or uuid.uuid4().hex, self._contents.of(message)
        )
        return Sent(str(letter.id))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Put another text in a message's place; the picture above it stays."""
        number = _number(sent)
        content = self._contents.of(message)
        if number is None or await self._mailroom.alter(address, number, content) is None:
            raise Refused("the message is not in the mailbox any more")

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back; that it is not there any more is a success."""
        if (number := _number(sent)) is not None:
            await self._mailroom.take_back(address, number)

    def _site(self, answer: Answer) -> Site:
        host, options, storage = self._host, self._options, self._host.storage
        files = Files()
        written = templates(files.version)
        visitors, guards = Visitors(storage.mailboxes, options, self._now), Guards(options)
        talk = Talk(
            host, answer, self.budget, visitors, guards, self._mailroom, self.streams,
            self._now,
        )  # fmt: skip
        front = Front(host, options, visitors, written, files.version)
        archive = ArchivePages(host, options, written, guards, self._now)
        return Site(options, host.campaign.language, files, visitors, front, talk, archive)


def _number(sent: Sent) -> int | None:
    """The letter's number; None for what we never gave."""
    return int(sent.id) if sent.id.isascii() and sent.id.isdigit() and len(sent.id) < 16 else None


def _allow_open_files(wanted: int) -> int:
    """Ask the system for as many open files as it lets us have; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):
            log.warning("Few pages can be open at once: the system allows few files.", n=soft)
            return soft
    return max(soft, most)


def _pages(files: int) -> int:
    """How many pages may listen at once, so that there are files left for questions, and for all
    that Herald does besides.
    """
    return min(MOST, max(files // 4, (files - OTHER_FILES) * 3 // 4))
