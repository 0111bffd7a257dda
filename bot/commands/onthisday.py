"""What was published on this day in other years, or failing that in these days."""

from __future__ import annotations

from datetime import date

from bot import present
from bot.anniversaries import around, month_days, years_since
from bot.chat import Context, Message, Request
from bot.commands._today import today
from bot.commands._ways import ways_on
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import Release

HELP = "What was published on this day in other years"

AROUND = 3
MOST = 20


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    day = today(request, context)
    found = await _of(context, month_days(day))
    title = t("On this day: {day}", day=t.month_day(day))
    remark = ""
    if not found:
        found = await _of(context, around(day, AROUND))
        remark = t("Nothing was published on this very day; these are from the days around it.")
    if not found:
        said = t("Nothing was published on this day or in the days around it, in any year.")
        return Message(join([bold(title), said], "\n\n"), ways_on(t))
    items = [present.Item(release, _ago(release, day, t)) for release in found[:MOST]]
    cut = t("These are the newest {most}.", most=MOST) if len(found) > MOST else ""
    head = join([bold(title), remark], "\n")
    return present.listing(head, items, request.language, foot=cut)


async def _of(context: Context, days: list[str]) -> list[Release]:
    found: dict[int, Release] = {}
    for month_day in days:
        found |= {r.id: r for r in await context.storage.releases.on_this_day(month_day)}
    return sorted(found.values(), key=lambda r: (r.published, r.id), reverse=True)


def _ago(release: Release, day: date, t: Texts) -> str:
    if release.published.year == day.year:
        return t("this year")
    years = years_since(release.published, day)
    if years < 1:
        return t("less than a year ago")
    return t.plural("{n} year ago", "{n} years ago", years)
