"""Inline mode: `@bot words` in any chat offers releases, and sends the card of the one chosen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from telegram import (
    Bot,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.error import BadRequest, TelegramError

from bot import chat
from bot.i18n import Texts, texts
from bot.platforms.lanes import Lanes
from bot.platforms.telegram.drawing import LIMITS, drawn, opens
from bot.platforms.telegram.poll import Json, Ledger
from bot.platforms.telegram.updates import NAME, language
from bot.text.build import shorten
from bot.text.characters import decodable
from storage import DatabaseError
from storage.model import Address, Suggestion
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

PAGE, MOST = 20, 50  # results; Bot API, answerInlineQuery, allows fifty
CACHE_SECONDS = 30
LATE_SECONDS = 10.0  # whoever typed has typed on, or given up

_RELEASE = re.compile(r"r[0-9]+")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Inline:
    """Answers inline queries side by side, of one person the newest only. In memory only."""

    def __init__(
        self,
        bot: Bot,
        suggest: chat.Suggest,
        subscribers: Subscribers,
        ledger: Ledger,
        now: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._suggest = suggest
        self._subscribers = subscribers
        self._ledger = ledger
        self._now = now
        self._newest: dict[int, InlineQuery] = {}
        self._lanes = Lanes(1)
        # One search at a time, so that commands find a way to the database beside them.
        self._searching = asyncio.Lock()

    def handle(self, raw: Json) -> None:
        """Answer when its turn comes; returns at once. A query has no effect: it is done.

        Raises what comes of an update that is not as Telegram makes them.
        """
        query = InlineQuery.de_json(raw["inline_query"], self._bot)
        if not all(isinstance(words, str) for words in _words(query)):
            raise TypeError("an inline query of words that are none")
        person = query.from_user.id
        self._newest[person] = query
        # Where one waits already, its turn is this one's.
        self._lanes.put(person, partial(self._answer, person))
        self._ledger.done(raw["update_id"])

    async def end(self, seconds: float) -> None:
        """Let the answers on their way arrive, for so long at most."""
        await self._lanes.end(seconds)

    async def _answer(self, person: int) -> None:
        query = self._newest.pop(person)
        skip = min(skipped(query.offset), MOST)
        try:
            async with asyncio.timeout(LATE_SECONDS), self._searching:
                if person in self._newest:
                    return  # who typed this has typed on
                request = await self._request(query)
                found = await self._suggest(request, skip) if skip < MOST else ()
        except TimeoutError:
            log.debug("An inline query was given up: it took too long.")
        except DatabaseError as error:
            log.warning("An inline query cannot be answered.", reason=str(error))
        else:
            shown = found[: min(PAGE, MOST - skip)] if found is not None else None
            await self._give(query, shown, skip, texts(request.language))

    async def _request(self, query: InlineQuery) -> chat.Request:
        """The query as its asker would put it in a chat of two, in the language chosen there."""
        address = Address(NAME, str(query.from_user.id))
        known = await self._subscribers.find(address)
        spoken = (known.language if known else "") or language(query.from_user, "en")
        return chat.Request(
            address, query.query, self._now(), sender=address.chat, language=spoken,
            may_manage=False,
        )  # fmt: skip

    async def _give(
        self, query: InlineQuery, found: Sequence[Suggestion] | None, skip: int, t: Texts
    ) -> None:
        """Without anything `found` out the list is empty, and the same words are asked again."""
        looked, found = found is not None, found or ()
        shown = [article for one in found if (article := self._article(one, t))]
        after = skip + len(found)
        more = len(found) == PAGE and after < MOST
        nothing = InlineQueryResultsButton(
            t("Nothing found – open Herald"), start_parameter="inline"
        )
        try:
            await self._bot.answer_inline_query(
                query.id, shown, cache_time=CACHE_SECONDS if looked else 0, is_personal=True,
                next_offset=str(after) if more else "",
                button=nothing if looked and not found and not skip else None,
                read_timeout=LATE_SECONDS,
            )  # fmt: skip
        except BadRequest as error:
            if "query is too old" not in error.message.lower():
                log.warning("An inline answer was refused.")
        except TelegramError as error:
            log.debug("An inline answer was lost.", end=type(error).__name__)

    def _article(self, one: Suggestion, t: Texts) -> InlineQueryResultArticle | None:
        """One line of the list, and its card; None for what Telegram would refuse."""
        buttons = [chat.Button(t("Open on the site"), url=one.link)] if one.link else []
        release = one.id.partition(".")[0]
        if _RELEASE.fullmatch(release):
            here = opens(self._bot.username, release)
            buttons.insert(0, chat.Button(t("Read in Telegram"), url=here))
        text = shorten(one.text, LIMITS.text, LIMITS.length)
        try:
            card = drawn(chat.Message(text, tuple((button,) for button in buttons)))
        except chat.Refused as error:
            log.debug("A release cannot be shown inline.", reason=str(error))
            return None
        return InlineQueryResultArticle(
            one.id, decodable(one.title).strip() or "…",
            InputTextMessageContent(
                card.text, entities=card.entities, link_preview_options=_NO_PREVIEW
            ),
            reply_markup=card.keyboard, description=decodable(one.description) or None,
        )  # fmt: skip


def _words(query: InlineQuery) -> tuple[str, ...]:
    return query.id, query.query, query.offset, query.from_user.language_code or ""


def skipped(offset: str) -> int:
    """How many results were shown before: our own `next_offset`, which comes back as it was."""
    return int(offset) if re.fullmatch(r"[0-9]{1,4}", offset) else 0
