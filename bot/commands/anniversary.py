"""The statements of one anniversary: `anniversary`, `anniversary 5`, `anniversary arrest 2014`."""

from __future__ import annotations

from datetime import date

from bot import anniversaries, present
from bot.anniversaries import Marking, Reason, Role, Why, said
from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._today import today
from bot.commands._ways import ways_on
from bot.commands._years import Beside, marked, nearest
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import Event, RichText

HELP = "The statements of an anniversary"
USAGE = "[which, or the year]"

MOST = 20
MOST_EVENTS = 8


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    events = context.campaign.events
    if not events:
        said = t("This campaign has no day that is remembered every year.")
        return Message(RichText(said), ways_on(t))
    event, words = anniversaries.asked(events, request.words)
    day = today(request, context)
    newest = anniversaries.current(event, day)
    year = anniversaries.year_of(event, words, day)
    if isinstance(year, Why):
        return await _none(year, event, newest, context, t)
    found = await marked(context, event, year)
    beside = await nearest(context, event, year, newest)
    head = join([bold(title(event, t)), which(event, year, t)])
    return present.listing(
        head,
        [present.Item(mark.release, note(mark, t)) for mark in found[:MOST]],
        request.language,
        foot=_foot(event, year, day, found, beside, t),
        more=_ways(context, event, _coming(event, year, day, beside), t),
        replaces=request.pressed and bool(request.words),
    )


async def _none(why: Why, event: Event, newest: int, context: Context, t: Texts) -> Message:
    early = why.reason in (Reason.BEFORE, Reason.ITSELF)
    beside = await nearest(context, event, event.date.year if early else newest + 1, newest)
    said = join([bold(title(event, t)), sentence(why, event, t)], "\n\n")
    return Message(said, _ways(context, event, beside, t) or ways_on(t))


def _foot(
    event: Event, year: int, day: date, found: list[Marking], beside: Beside, t: Texts
) -> str:
    """What is to be said below: what is missing here, in the years beside it, or for length."""
    there = anniversaries.day_in(event, year)
    if not found and there > day:
        return sentence(Why(Reason.FUTURE, there, (there - day).days), event, t)
    if not found:
        return _gap(year, [y for y in beside if y], t)
    if len(found) > MOST:
        return t("There are more; these are the first {most}.", most=MOST)
    skipped = [
        *range((beside[0] or year) + 1, year), *range(year + 1, beside[1] or year),
    ]  # fmt: skip
    if not skipped:
        return ""
    return t("Nothing for {years} is in the archive.", years=_spans(skipped))


def _gap(year: int, near: list[int], t: Texts) -> str:
    if not near:
        return t("No statement for {year} is in the archive.", year=year)
    if len(near) == 1:
        return t(
            "No statement for {year} is in the archive; the nearest is of {near}.",
            year=year, near=near[0],
        )  # fmt: skip
    return t(
        "No statement for {year} is in the archive; the nearest are of {before} and {after}.",
        year=year, before=near[0], after=near[1],
    )  # fmt: skip


def _spans(years: list[int]) -> str:
    """Years in order, those in a row as a span: "2011–2013, 2016"."""
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1] = [spans[-1][0], year]
        else:
            spans.append([year])
    return ", ".join("–".join(str(year) for year in span) for span in spans)


def title(event: Event, t: Texts) -> str:
    """What is remembered, in the reader's language where the campaign says it."""
    words = event.titles.get(t.language) or event.titles.get("en") or event.name
    return words[:1].upper() + words[1:]


def sentence(why: Why, event: Event, t: Texts) -> str:
    """Why there is no such anniversary, and when there will be or was one."""
    if why.reason is Reason.UNCLEAR:
        return t("Which anniversary? Write a number or a year, for example /anniversary 5.")
    if why.day is None:
        return t("That is too far in the future for me.")
    when = t.day(why.day)
    if why.reason is Reason.FUTURE:
        n = anniversaries.number_of(event, why.day.year)
        return t.plural(
            "The {ordinal} anniversary is on {day}: {n} day to go.",
            "The {ordinal} anniversary is on {day}: {n} days to go.",
            why.days, ordinal=t.ordinal(n), day=when,
        )  # fmt: skip
    past = (
        t("That is the year it happened, on {day}.", day=t.day(event.date))
        if why.reason is Reason.ITSELF
        else t("That is before it happened: that was on {day}.", day=t.day(event.date))
    )
    if not why.days:
        return f"{past} " + t("The first anniversary was on {day}.", day=when)
    return f"{past} " + t.plural(
        "The first anniversary is on {day}: {n} day to go.",
        "The first anniversary is on {day}: {n} days to go.",
        why.days, day=when,
    )  # fmt: skip


def which(event: Event, year: int, t: Texts) -> str:
    """Which anniversary the year's is, and on which day."""
    number = anniversaries.number_of(event, year)
    day = t.day(anniversaries.day_in(event, year))
    return t("{ordinal} anniversary, {day}", ordinal=t.ordinal(number), day=day)


def note(mark: Marking, t: Texts) -> str:
    """What a release is to the day, and which number it says where that is another."""
    role = {
        Role.STATEMENT: t("statement"),
        Role.EVENT: t("event"),
        Role.COVERAGE: t("coverage"),
    }[mark.role]
    if mark.stated_number is None:
        return role
    stated = t("it says “{ordinal}”", ordinal=t.ordinal(mark.stated_number))
    return f"{role}, {stated}"


def _coming(event: Event, year: int, day: date, beside: Beside) -> Beside:
    """The anniversary that is to come is offered as well, though it has nothing yet."""
    coming = anniversaries.current(event, day)
    if beside[1] is None and coming > year and anniversaries.day_in(event, coming) >= day:
        return beside[0], coming
    return beside


def _ways(context: Context, event: Event, beside: Beside, t: Texts) -> Rows:
    """Buttons to the anniversaries before and after, and to the other events."""
    events = context.campaign.events
    before, after = beside

    def button(year: int, form: str) -> Button:
        ordinal = t.ordinal(anniversaries.number_of(event, year))
        label = form.format(f"{year} ({ordinal})")
        return Button(label, f"anniversary {said(events, event, year)}")

    row = []
    if before is not None:
        row.append(button(before, "◀ {}"))
    if after is not None:
        row.append(button(after, "{} ▶"))
    others = [
        (Button(title(other, t), f"anniversary {said(events, other)}".strip()),)
        for other in events
        if other is not event
    ]
    return ((tuple(row),) if row else ()) + tuple(others[:MOST_EVENTS])
