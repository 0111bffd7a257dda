"""Request → command → Message. Here are the only admin check and the only apology."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

import structlog

from bot import present
from bot.chat import Button, Campaign, Context, Menu, Message, Request
from bot.commands import commands
from bot.commands._ways import ways_on
from bot.i18n import LANGUAGES, code, texts
from storage import DatabaseError, Storage
from storage.model import RichText, Suggestion

log = structlog.get_logger()

_TYPED = re.compile(r"[/!]([^\W\d]\w*)(?:@\w*)?(?:\s+(.*))?", re.DOTALL)
# A release by its number alone, as links and the shell name it.
_RELEASE = re.compile(r"/?r([0-9]+)(?:@\w*)?", re.IGNORECASE)
PLAIN_TEXT, RELEASE = "search", "release"
SUGGESTIONS = 20


class Router:
    """Finds who asks, what they ask for, and the command that answers."""

    def __init__(self, storage: Storage, campaign: Campaign, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._campaign = campaign
        self._clock = clock
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
            for command in commands()
            if admin or not command.admin
        )

    async def answer(self, request: Request) -> Message | None:
        """What Herald says to this; None where a group talks among itself.

        Raises DatabaseError, and nothing else: then no effect is committed, and what was asked
        has to be asked again.
        """
        try:
            request = await self._known(request)
            return await self._answer(request)
        except DatabaseError:
            raise
        except Exception:  # the one apology; cancelling is no Exception
            log.error("An answer failed.", exc_info=True)
            return apology(request)

    async def suggest(self, request: Request, skip: int) -> list[Suggestion]:
        """Inline answers to these words, the latest releases to none; after the first `skip`.

        Raises DatabaseError, and nothing else.
        """
        request = await self._known(request)
        if not request.words.strip():
            found = await self._storage.releases.latest(SUGGESTIONS, skip)
        else:
            _, hits = await self._storage.search.find(request.words, SUGGESTIONS, skip)
            found = [hit.release for hit in hits]
        return [present.suggestion(release, request.language) for release in found]

    async def _known(self, request: Request) -> Request:
        """The request with what this person chose in place of what the platform hints."""
        known = await self._storage.subscribers.find(request.address)
        return replace(
            request,
            language=code((known.language if known else "") or request.language),
            timezone=(known.timezone if known else "") or request.timezone,
        )

    async def _answer(self, request: Request) -> Message | None:
        name, words = parse(request)
        if not name:
            return None
        admin = request.admin and request.private
        command = self._commands.get(name)
        if command is None or (command.admin and not admin):
            return self._unknown(name, request)
        menu = self.menu(request.language, admin)
        context = Context(self._storage, self._campaign, self._clock(), menu)
        return await command.answer(replace(request, words=words), context)

    def _unknown(self, name: str, request: Request) -> Message | None:
        t = texts(request.language)
        if request.pressed:
            return Message(RichText(t("This button is too old, I am sorry.")), ways_on(t))
        if not request.private:
            return None  # another bot's, most likely
        said = t("I do not know this command.")
        names = [c.name for c in commands() if not c.admin]
        close = get_close_matches(name[:40], names, n=1)
        if not close:
            return Message(RichText(said), ways_on(t))
        said += " " + t("Did you mean /{name}?", name=close[0])
        return Message(RichText(said), ((Button(f"/{close[0]}", close[0]),), *ways_on(t)))


def parse(request: Request) -> tuple[str, str]:
    """The name of what is asked for and what follows it; ("", "") where nothing is asked."""
    words = request.words.strip()
    if request.pressed:
        name, _, rest = words.partition(" ")
        return name.lower() or "?", rest.strip()
    if (found := _RELEASE.fullmatch(words)) and (request.private or words.startswith("/")):
        return RELEASE, found[1]
    if found := _TYPED.fullmatch(words):
        return found[1].lower(), (found[2] or "").strip()
    return (PLAIN_TEXT, words) if request.private else ("", "")


def apology(request: Request) -> Message:
    """What is said when something went wrong on our side."""
    t = texts(request.language)
    said = t("I am sorry, that went wrong on my side. Please try again in a moment.")
    return Message(RichText(said), ways_on(t))
