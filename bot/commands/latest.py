"""The newest releases, by pages: `latest`, `latest 10`; a button's `latest 10 2` is page two."""

from __future__ import annotations

from bot import present
from bot.chat import Button, Context, Message, Request
from bot.commands._numbers import whole
from bot.i18n import Texts, texts
from bot.text.build import bold
from storage.model import RichText

HELP = "The newest releases"
USAGE = "[how many]"

USUAL, MOST = 5, 20


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    asked, *rest = request.words.split()[:2] or [""]
    count, remark = _count(asked, t)
    total = await context.storage.releases.count()
    if not total:
        return _nothing(t)
    pages = -(-total // count)
    page = min(max(1, (whole(rest[0]) if rest else None) or 1), pages)
    skip = (page - 1) * count
    releases = await context.storage.releases.latest(count, skip)
    return present.listing(
        bold(t("The latest releases")),
        [present.Item(release) for release in releases],
        request.language,
        first=skip + 1,
        foot=remark,
        more=(tuple(present.arrows(f"latest {count} {{page}}", page, pages)),),
        replaces=request.pressed and bool(rest),
    )


def _count(asked: str, t: Texts) -> tuple[int, str]:
    """How many to show, and what to say where that is not what was asked for."""
    if not asked:
        return USUAL, ""
    wanted = whole(asked)
    if wanted is None or wanted < 1:
        return USUAL, t("To see another number of releases, write for example /latest 10.")
    if wanted > MOST:
        return MOST, t(
            "I show at most {most} at a time; the arrows lead to the earlier ones.", most=MOST
        )
    return wanted, ""


def _nothing(t: Texts) -> Message:
    return Message(
        RichText(t("There are no releases yet. Subscribe, and the first will come to you.")),
        ((Button(t("🔔 Subscribe"), "subscribe"),),),
    )
