"""The REST API of WordPress: every post whole, and a list of all that costs next to nothing.

(developer.wordpress.org/rest-api/reference/posts)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from yarl import URL

from bot.archive.document import Document, Unreadable
from bot.archive.fetch import Answer
from bot.archive.identity import aliases
from bot.archive.jsonfeed import post_number
from bot.archive.parse_process import read_apart
from bot.archive.visitor import TooMuch, Visitor
from bot.archive.ways import Listing, NoWay
from storage.model import Archive, Draft, Glimpse

PER_PAGE = 100  # more is a 400 (WP_REST_Controller::get_collection_params)
FEWER = 10  # how many at a time where a hundred are too large
NAME = "rest"

_WHOLE = "id,date,date_gmt,guid,link,modified_gmt,title,content"
# `content.protected` alone does not make the site render the texts (rest_is_field_included).
_BRIEF = "id,guid,link,modified_gmt,content.protected"


class Rest:
    """The posts of one collection, asked for by `url`: its address, with a category if any.

    Pages go by date, so that they are kept in the order of publication. Posts of one second may
    change places between two of them; the list goes by number and is sure.
    """

    name = NAME
    oldest_first = True

    def __init__(
        self, visitor: Visitor, archive: Archive, url: str, clock: Callable[[], datetime]
    ) -> None:
        self.url = url
        self.total: int | None = None
        self._visitor = visitor
        self._archive = archive
        self._clock = clock

    async def page(self, number: int) -> Document | None:
        """A hundred posts, oldest first; None past the last."""
        try:
            return await self._page(number, PER_PAGE)
        except TooMuch:
            first = (number - 1) * (PER_PAGE // FEWER) + 1
        parts = []
        for part in range(first, first + PER_PAGE // FEWER):
            found = await self._page(part, FEWER)
            if found is None:
                break
            parts.append(found)
        return _together(parts) if parts else None

    async def last(self) -> int:
        """The number of the last page, which is told with every answer (X-WP-Total)."""
        if self.total is None:
            await self.newest(1)
        if self.total is None:  # somebody on the way has taken the header out
            found = await self.listing()
            self.total = len(found.glimpses)
        return -(-self.total // PER_PAGE)

    async def listing(self) -> Listing:
        """All posts that are shown to everybody. It is whole if it is as long as is told."""
        posts: dict[int, Glimpse | None] = {}
        steady = True
        for number in range(1, 1_000):
            before = self.total
            answer = await self._asked(page=number, orderby="id", order="asc", _fields=_BRIEF)
            if answer.status == 400 and number > 1:
                break
            found = await _brief(answer)
            steady = steady and (number == 1 or before == self.total)
            posts.update(found)
            if len(found) < PER_PAGE:
                break
        glimpses = tuple(one for one in posts.values() if one is not None)
        return Listing(glimpses, whole=steady and 0 not in posts and len(posts) == self.total)

    async def posts(self, numbers: Sequence[int]) -> Document:
        """These posts, oldest first; those that are not there are left out."""
        parts = []
        for start in range(0, len(numbers), PER_PAGE):
            parts += await self._included(numbers[start : start + PER_PAGE])
        return _together(parts)

    async def newest(self, count: int) -> list[Glimpse]:
        """The newest posts, the newest first."""
        answer = await self._asked(
            per_page=min(count, PER_PAGE), orderby="date", order="desc", _fields=_BRIEF
        )
        return [one for _, one in await _brief(answer) if one is not None]

    async def _page(self, number: int, per_page: int) -> Document | None:
        answer = await self._asked(
            page=number, per_page=per_page, orderby="date", order="asc", _fields=_WHOLE
        )
        if answer.status == 400 and number > 1:  # rest_post_invalid_page_number
            return None
        found = await self._read(answer)
        return found if found.drafts or found.refused else None

    async def _included(self, numbers: Sequence[int]) -> list[Document]:
        wanted = ",".join(map(str, numbers))
        try:
            answer = await self._asked(include=wanted, per_page=len(numbers), _fields=_WHOLE)
            return [await self._read(answer)]
        except TooMuch:
            if len(numbers) == 1:
                raise
        half = len(numbers) // 2
        return [*await self._included(numbers[:half]), *await self._included(numbers[half:])]

    async def _asked(self, **wanted: str | int) -> Answer:
        """One answer. The total is that of the collection, so not where some are asked for."""
        asked = {"per_page": PER_PAGE, **wanted}
        answer = await self._visitor.get(str(URL(self.url).update_query(asked)))
        total = answer.headers.get("x-wp-total", "")
        if answer.status == 200 and "include" not in wanted:
            self.total = int(total) if total.isascii() and total.isdigit() else None
        return answer

    async def _read(self, answer: Answer) -> Document:
        _check(answer)
        if answer.body.strip() == b"[]":
            return Document(())
        try:
            found = await read_apart(answer.body, self._archive, self._clock(), answer.url)
        except Unreadable as error:
            raise NoWay(f"What the site's API answers cannot be read. {error}") from None
        return replace(found, drafts=_in_order(found.drafts))


def _check(answer: Answer) -> None:
    if answer.status != 200:
        raise NoWay(f"The site's API answers with status {answer.status}.")
    if not answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise NoWay("The site's API does not answer with a list of posts.")


async def _brief(answer: Answer) -> list[tuple[int, Glimpse | None]]:
    """The posts of a brief answer by their numbers; None stands for a protected one."""
    _check(answer)
    return await asyncio.to_thread(_read_brief, answer.body)


def _read_brief(body: bytes) -> list[tuple[int, Glimpse | None]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoWay("The site's API does not answer with a list of posts.") from None
    if not all(isinstance(post, dict) and "guid" in post for post in found):
        raise NoWay("The site's API does not answer with a list of posts.")
    return [(post_number(post), None if _is_protected(post) else _glimpse(post)) for post in found]


def _glimpse(post: dict[str, Any]) -> Glimpse:
    guid = post.get("guid")
    key = _text(guid.get("rendered")) if isinstance(guid, dict) else _text(guid)
    number = post_number(post)
    return Glimpse(
        key=key,
        aliases=aliases(key, _text(post.get("link")), number),
        modified=_text(post.get("modified_gmt")),
        number=number,
    )


def _is_protected(post: dict[str, Any]) -> bool:
    content = post.get("content")
    return isinstance(content, dict) and content.get("protected") is True


def _together(parts: Sequence[Document]) -> Document:
    return Document(
        drafts=_in_order(draft for part in parts for draft in part.drafts),
        refused=tuple(one for part in parts for one in part.refused),
        hosts=frozenset(one for part in parts for one in part.hosts),
    )


def _in_order(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """By date, and those of one second by their numbers."""
    return tuple(sorted(drafts, key=lambda one: (one.published, _instant(one), _number(one))))


def _instant(draft: Draft) -> float:
    return draft.published_at.timestamp() if draft.published_at else 0.0


def _number(draft: Draft) -> int:
    own = (alias.removeprefix("post:") for alias in draft.aliases if alias.startswith("post:"))
    return int(next(own, "0"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
