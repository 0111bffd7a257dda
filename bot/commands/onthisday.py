"""What was published on this day in other years, or failing that in these days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from bot import present
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
        near = [day + timedelta(days=by) for by in range(-AROUND, AROUND + 1)]
        found = await _of(context, [md for d in near for md in month_days(d)])
        remark = t("Nothing was published on this very day; these are from the days around it.")
    if not found:
        said = t("Nothing was published on this day or in the days around it, in any year.")
        return Message(join([bold(title), said], "\n\n"), ways_on(t))
    items = [present.Item(release, _ago(release, day, t)) for release in found[:MOST]]
    cut = t("These are the newest {most}.", most=MOST) if len(found) > MOST else ""
    head = join([bold(title), remark], "\n")
    return present.listing(head, items, request.language, foot=cut)


def month_days(day: date) -> list[str]:
    """The days that are this one in other years; 28 February stands in for 29 February."""
    leap_day = day.month == 2 and day.day == 28 and not calendar.isleap(day.year)
    return [f"{day:%m-%d}", *(["02-29"] if leap_day else [])]


async def _of(context: Context, days: list[str]) -> list[Release]:
    found: dict[int, Release] = {}
    for month_day in days:
        found |= {r.id: r for r in await context.storage.releases.on_this_day(month_day)}
    return sorted(found.values(), key=lambda r: (r.published, r.id), reverse=True)


def _ago(release: Release, day: date, t: Texts) -> str:
    years = day.year - release.published.year
    if years > 0:
        return t.plural("{n} year ago", "{n} years ago", years)
    return t("this year")
