"""Request → command → Message.

Here are the only admin check, the only apology, and the limit of what one person may ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial

import structlog

from bot import present
from bot.awaited import Awaited
from bot.chat import Button, Campaign, Context, Menu, Message, Request
from bot.commands import Command, commands
from bot.commands._numbers import whole
from bot.commands._typed import BY_NUMBER, behind, parse
from bot.commands._ways import ways_on
from bot.i18n import LANGUAGES, code, texts
from bot.patience import IN_GROUPS, LEAVING, QUESTIONS, SUGGESTIONS, Patience, Verdict
from storage import DatabaseError, Storage
from storage.model import Release, RichText, Suggestion

log = structlog.get_logger()

SUGGESTED = 20

# What people want most comes first; what is not named here comes after.
MENU = (
    "latest", "search", "people", "anniversary", "onthisday", "subscribe", "follow",
    "unsubscribe", "settings", "release", "contact", "privacy", "forget", "help", "start",
)  # fmt: skip
MANAGING = frozenset({"subscribe", "follow", "unsubscribe", "settings", "forget"})
LEAVE = frozenset({"unsubscribe", "forget"})


class Router:
    """Finds who asks, what they ask for, and the command that answers.

    `monotonic` counts seconds for the limit of what one person may ask; on platforms that are
    `unlimited`, such as the operator's own terminal, there is none.
    """

    def __init__(
        self,
        storage: Storage,
        campaign: Campaign,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        unlimited: Collection[str] = (),
    ) -> None:
        self._storage = storage
        self._campaign = campaign
        self._clock = clock
        self._unlimited = frozenset(unlimited)
        self._questions = Patience(QUESTIONS, monotonic)
        self._in_groups = Patience(IN_GROUPS, monotonic)
        self._leaving = Patience(LEAVING, monotonic)
        self._suggestions = Patience(SUGGESTIONS, monotonic)
        self._awaited = Awaited(monotonic)
        self.kept: Mapping[str, tuple[str, ...]] = {}  # by platform, for /privacy
        self._commands = {
            name: command for command in commands() for name in (command.name, *command.aliases)
        }
        for language in LANGUAGES:  # read now, so that no answer waits for a catalogue
            texts(language).day(clock().date())

    def menu(self, language: str, admin: bool = False) -> tuple[Menu, ...]:
        """The commands of a reader in a language, each once."""
        t = texts(language)
        return tuple(
            Menu(command.name, t(command.help), t(command.usage) if command.usage else "")
            for command in sorted(commands(), key=_place)
            if admin or not command.admin
        )

    async def answer(self, request: Request) -> Message | None:
        """What Herald says to this; None where a group talks among itself, or to a flood.

        Raises DatabaseError, and nothing else: then no effect is committed, and what was asked
        has to be asked again.
        """
        name, words, asked = self._meant(request)
        command = self._command(name, request)
        if not name or (command is None and not request.private and not request.pressed):
            return None  # a group's own talk, or another bot's command
        verdict, take_back = self._asks(request, command, words)
        if verdict is Verdict.SILENCE:
            return None
        who = person(request)
        question = self._awaited.take(who) if verdict is Verdict.ANSWER else None
        try:
            request = await self._known(request)
            if verdict is Verdict.SAY_SO:
                return too_fast(request)
            if command is None:
                return self._unknown(name, request)
            message = await self._answered(command, words, replace(request, asked=asked))
        except (DatabaseError, asyncio.CancelledError):
            take_back()
            self._awaited.give_back(who, question)
            raise
        except Exception:  # the one apology; cancelling is no Exception
            log.error("An answer failed.", exc_info=True)
            self._awaited.give_back(who, question)
            return apology(request)
        if message.asks and request.private:
            self._awaited.expect(who, message.asks, message.asks_seconds)
        return message

    async def suggest(self, request: Request, skip: int) -> list[Suggestion] | None:
        """Inline answers to these words, the latest releases to none; after the first `skip`.

        `r12` is the release of that number, as the buttons that share one ask. Raises
        DatabaseError, and nothing else. None where nothing was looked for: to whoever asks too
        fast, and where something went wrong on our side.
        """
        limited = self._limited(request)
        if limited and self._suggestions.asks(person(request)) is not Verdict.ANSWER:
            return None
        try:
            request = await self._known(request)
            found = await self._found(request.words.strip(), max(0, skip))
        except DatabaseError:
            raise
        except Exception:  # nobody reads an apology there
            log.error("Suggestions failed.", exc_info=True)
            return None
        return [present.suggestion(release, request.language) for release in found]

    def _meant(self, request: Request) -> tuple[str, str, str]:
        """What is asked for, the words for it, and the question that is answered or passed over."""
        name, words = parse(request)
        asked = self._awaited.asks(person(request)) if request.private else ""
        if not asked or request.pressed:
            return name, words, asked
        asked_by = asked.partition(" ")[0]
        typed = "" if request.wordless else request.words.strip()
        # Who was asked need not know that their "!" could be a command's.
        sign, known = typed[:1], name in self._commands
        named = words != typed and (sign == "/" or (sign == "!" and known))
        if named or self._command(asked_by, request) is None:
            return name, words, ""
        return asked_by, typed, asked

    async def _answered(self, command: Command, words: str, request: Request) -> Message:
        rich = behind(request, words)
        context = Context(
            self._storage, self._campaign, self._clock(), self._offered(request),
            self.kept.get(request.address.platform, ()),
        )  # fmt: skip
        return await command.answer(replace(request, words=words, rich=rich), context)

    async def _found(self, words: str, skip: int) -> list[Release]:
        if not words:
            return await self._storage.releases.latest(SUGGESTED, skip)
        if shared := BY_NUMBER.fullmatch(words):
            release = await self._storage.releases.get(whole(shared[1]) or 0)
            return [release] if release and not release.withdrawn and not skip else []
        found = await self._storage.search.find(words, SUGGESTED, skip)
        return [hit.release for hit in found.hits]

    async def _known(self, request: Request) -> Request:
        """The request with what this person chose in place of what the platform hints."""
        known = await self._storage.subscribers.find(request.address)
        return replace(
            request,
            language=code((known.language if known else "") or request.language),
            timezone=(known.timezone if known else "") or request.timezone,
        )

    def _command(self, name: str, request: Request) -> Command | None:
        """The command of this name, for whom it exists."""
        command = self._commands.get(name)
        admin = request.admin and request.private
        return None if command is None or (command.admin and not admin) else command

    def _offered(self, request: Request) -> tuple[Menu, ...]:
        """What the sender can ask for in this chat: in a group not all is for everybody."""
        menu = self.menu(request.language, request.admin and request.private)
        if request.private:
            return menu
        hidden = {"start"} if request.may_manage else {"start", *MANAGING}
        return tuple(entry for entry in menu if entry.name not in hidden)

    def _limited(self, request: Request) -> bool:
        return not request.admin and request.address.platform not in self._unlimited

    def _asks(
        self, request: Request, command: Command | None, words: str
    ) -> tuple[Verdict, Callable[[], None]]:
        """What becomes of this question, and how to take it back if it has to be put again."""
        if not self._limited(request):
            return Verdict.ANSWER, lambda: None
        who = person(request)
        if command is not None and command.name in LEAVE:
            step = f"{who}\0{command.name} {words.lower() == 'yes'}"
            if self._leaving.asks(step) is Verdict.ANSWER:
                return Verdict.ANSWER, partial(self._leaving.take_back, step)
        patience = self._questions if request.private else self._in_groups
        verdict = patience.asks(who)
        if verdict is not Verdict.ANSWER:  # it was not counted
            return verdict, lambda: None
        return verdict, partial(patience.take_back, who)

    def _unknown(self, name: str, request: Request) -> Message:
        t = texts(request.language)
        if request.pressed:
            said = t("This button is too old, I am sorry.")
            return Message(RichText(said), ways_on(t) if request.private else ())
        said = t("I do not know this command.")
        names = [c.name for c in commands() if not c.admin]
        close = get_close_matches(name[:40], names, n=1)
        if not close:
            return Message(RichText(said), ways_on(t))
        said += " " + t("Did you mean /{name}?", name=close[0])
        return Message(RichText(said), ((Button(f"/{close[0]}", close[0]),), *ways_on(t)))


def _place(command: Command) -> tuple[bool, int]:
    """Where a command stands in the menu: those for admins last, new ones after the named."""
    return command.admin, MENU.index(command.name) if command.name in MENU else len(MENU)


def person(request: Request) -> str:
    """Who asks, of all people in all chats; which thread of a chat they write in is the same."""
    return "\0".join((request.address.platform, request.address.chat, request.sender))


def too_fast(request: Request) -> Message:
    """What is said, once, to whoever asks faster than anybody can read."""
    t = texts(request.language)
    return Message(
        RichText(
            t(
                "One moment, please: that is more than I can answer at once."
                " Ask me again in a few seconds."
            )
        )
    )


def apology(request: Request) -> Message:
    """What is said when something went wrong on our side."""
    t = texts(request.language)
    said = t("I am sorry, that went wrong on my side. Please try again in a moment.")
    return Message(RichText(said), ways_on(t))
