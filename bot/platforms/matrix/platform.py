"""Matrix as a Platform: takes requests in, sends, edits and takes back messages."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import overload

import structlog

from bot import chat
from bot.chat import Answer, Host, Later, Message, Sent, Stop, Unknown
from bot.i18n import texts
from bot.platforms.matrix import Options
from bot.platforms.matrix.budget import budget
from bot.platforms.matrix.drawing import LIMITS
from bot.platforms.matrix.errors import NAME, SessionOver, Trouble, ended
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.life import Life, Terms, begun
from bot.platforms.matrix.login import Ends
from bot.platforms.matrix.looking import Found, Looking, look
from bot.platforms.matrix.post import Flying, Letter
from bot.platforms.matrix.wire import Wire, WireError
from bot.waiting import loop_seconds
from storage import DatabaseError, SealError
from storage.model import Address

log = structlog.get_logger(__name__)

STOP_SECONDS = 3.5  # for answers on their way when we are told to stop
SENDS_SECONDS = 4.0  # and then for sends that others began
SALT, SALT_BYTES = "requests", 16
LOST = "the keys of its device are lost: encrypted rooms get nothing"

# In English: /privacy says it in its reader's language.
KEPT = (
    texts("en")(
        "In encrypted rooms I also keep, sealed in a file of their own, the keys to what is"
        " written to me there, for 90 days or until I leave the room; and, by their user ids, the"
        " devices that may read my answers, as long as we share such a room."
    ),
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AdminChats(Sequence[Address]):
    """The chats that admins have with us alone, as they are at the moment."""

    def __init__(self, now: Callable[[], Sequence[Address]]) -> None:
        self._now = now

    @overload
    def __getitem__(self, index: int) -> Address: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Address]: ...

    def __getitem__(self, index: int | slice) -> Address | Sequence[Address]:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())


class Matrix:
    """One account."""

    name = NAME
    limits = LIMITS
    kept: Sequence[str] = KEPT
    once = True

    def __init__(
        self, options: Options, host: Host, now: Callable[[], datetime] = _utc_now
    ) -> None:
        # The library's lines hold users, rooms and devices, its errors too.
        logging.getLogger("nio").setLevel(logging.CRITICAL + 1)
        self.budget, self._bucket = budget(options)
        self._looking = Looking(now)
        self.probe: chat.Probe | None = self._looking
        self._host = host
        self._now = now
        self._salt = b""
        self._flying = Flying()
        self._wire = Wire(options.homeserver, host.proxy)
        self._terms = Terms(
            options, host, self._wire, self.budget, self._bucket, self._flying, now, self._named
        )
        self._life: Life | None = None
        self.admins: Sequence[Address] = AdminChats(
            lambda: self._life.admins if self._life is not None else ()
        )

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Take in requests until cancelled; raises Stop when we are refused."""
        trouble, ends = Trouble(self._host.report), Ends()
        self._salt = await self._salted()
        self._wire.open()
        try:
            with self._host.storage.vault(NAME) as vault:
                while True:
                    began = loop_seconds()
                    try:
                        await self._live(Kept(vault), answer, trouble, ready)
                    except SessionOver:
                        if self._terms.options.password is None:
                            raise
                    log.warning("The homeserver has ended our session: logging in again.")
                    self._host.report(NAME, False, "the homeserver has ended our session")
                    await asyncio.sleep(ends.pause(loop_seconds() - began))
        except SealError as error:
            raise Stop(str(error).rstrip("."), alone=True) from None
        finally:
            await self._wire.close()

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        """Send one message. What is sent again with its key arrives once."""
        life = self._living()
        request = self._named(key) if key else uuid.uuid4().hex
        try:
            found = await self._found(life, address.chat, request)
            letter = Letter(
                address, message, request, delivery=request if key else "",
                text=not found.text, picture=not (found.text or found.picture),
            )  # fmt: skip
            sent = await life.post.send(letter) if letter.text else ""
        except (Later, Unknown, asyncio.CancelledError):
            self._looking.lost(request)
            raise
        self._looking.ended(request)
        return Sent(" ".join(filter(None, (sent or found.text, found.picture))))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Replace the text of a message; its picture stays."""
        event = sent.id.partition(" ")[0]
        post = self._living().post
        # Not the same id for the same words: what was changed back is changed once more.
        await post.edit(address, event, message, uuid.uuid4().hex, notice=False, pushed=True)

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back, with its picture; that it is not there any more is a success."""
        await self._living().post.redact(address, sent.id.split())

    async def _live(
        self, kept: Kept, answer: Answer, trouble: Trouble, ready: Callable[[], None]
    ) -> None:
        self._fill_bucket(kept)
        keys, login = await begun(self._terms, kept, trouble)
        life = Life(self._terms, kept, keys, login, answer)

        def up() -> None:
            # Not before: until then it is not known which rooms have been encrypted meanwhile.
            self._life = life
            ready()
            if keys.foreign:
                trouble.lasts(LOST)

        try:
            await life.run(trouble, up)
        finally:
            try:
                await life.end(STOP_SECONDS)
                await self._landed()
            finally:
                self._life = None
                self._keep_bucket(kept)

    async def _found(self, life: Life, room: str, request: str) -> Found:
        """What is there of this delivery already, where that may be. Raises SendErrors."""
        since = self._looking.since(room, request)
        if since is None:
            return Found()
        try:
            return await look(self._wire, life.us, room, request, since)
        except WireError as error:
            failure = ended(error)
        raise failure

    def _living(self) -> Life:
        if self._life is None:
            raise Later("Herald is not logged in yet", scope="platform")
        return self._life

    def _named(self, key: str) -> str:
        """The id of a request: for this database alone, so that another one's numbers, which
        begin anew, are not taken for these; and it tells the homeserver nothing.
        """
        return hashlib.sha256(self._salt + key.encode()).hexdigest()[:32]

    async def _salted(self) -> bytes:
        facts, name = self._host.storage.facts, f"{NAME} {SALT}"
        found = await facts.get(name)
        if not found:
            found = os.urandom(SALT_BYTES).hex()
            await facts.set(name, found)
        return bytes.fromhex(found)

    def _fill_bucket(self, kept: Kept) -> None:
        """The homeserver remembers what an earlier run has sent."""
        left = kept.level(self._now())
        if left is not None:
            level, seconds = left
            self._bucket.begin(level - seconds * self._terms.options.rate)
        else:
            self._bucket.begin(0.0 if kept.login() is None else None)

    def _keep_bucket(self, kept: Kept) -> None:
        try:
            kept.keep_level(self._bucket.level, self._now())
        except DatabaseError as error:
            log.debug("It could not be kept how much was sent.", reason=str(error))

    async def _landed(self) -> None:
        try:
            async with asyncio.timeout(SENDS_SECONDS):
                await self._flying.idle.wait()
        except TimeoutError:
            log.warning("Messages were still under way when Herald stopped.", n=self._flying.calls)
