"""What a reader can choose: language, time zone, in which languages releases come.

`settings` shows the choices; a button's `settings language ru`, `settings zone Europe/Moscow` or
`settings releases en,ru` sets one, and says the whole wish, so that pressing twice is harmless.
`settings end …` ends one of the things that are followed.
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._following import end, ends, state
from bot.commands._ways import managers_only
from bot.commands._zones import COMMON, near, zone
from bot.i18n import LANGUAGES, Texts, code, texts
from bot.text.build import bold, join
from storage.model import RichText, Subscriber

HELP = "Language, time zone, which releases"

# As many languages as one row of buttons and the 60 bytes of a command have room for.
MOST_LANGUAGES = 8
ALL = "all"

# Two rows of buttons name the same languages: a sign says which row is about what.
SPOKEN, RELEASES = "🌐", "📰"


async def answer(request: Request, context: Context) -> Message:
    if not request.may_manage:
        return managers_only(texts(request.language))
    what, _, value = request.words.strip().partition(" ")
    value = value.strip()
    if what == "language":
        message = await _language(request, context, value)
    elif what == "zone":
        message = await _zone(request, context, value)
    elif what == "releases":
        message = await _releases(request, context, value)
    elif what == "end":
        done = await end(request, context, value, texts(request.language))
        message = await _overview(request, context, done)
    else:
        message = await _overview(request, context)
    return replace(message, replaces=request.pressed and bool(value or what in ("zone", "show")))


async def _overview(request: Request, context: Context, done: str = "") -> Message:
    t = texts(request.language)
    known = await context.storage.subscribers.find(request.address)
    languages = (await context.storage.releases.languages())[:MOST_LANGUAGES]
    active, only = known is not None and known.active, known.only if known else frozenset()
    follows = await context.storage.follows.of(request.address)
    lines = [
        *state(active, follows, t),
        f"{SPOKEN} {t('Language: {language}', language=LANGUAGES[t.language])}",
        t("Time zone: {zone}", zone=_zone_shown(known, context, t)),
    ]
    if len(languages) > 1 or only:
        lines.append(f"{RELEASES} {t('Releases in: {languages}', languages=_named(only, t))}")
    head = t("Your settings") if request.private else t("The settings of this chat")
    erase = t("Erase my data") if request.private else t("Erase the data of this chat")
    said = join([done, bold(head), join(lines)], "\n\n")
    rows = _buttons(t, active, languages, only, erase)
    return Message(said, (*ends(follows, "settings end ", t), *rows))


def _buttons(
    t: Texts, active: bool, languages: list[str], only: frozenset[str], erase: str
) -> Rows:
    subscription = (
        Button(t("Unsubscribe"), "unsubscribe")
        if active
        else Button(t("🔔 Subscribe"), "subscribe")
    )
    rows = [_language_row(t), _release_row(t, languages, only)]
    rows.append((Button(t("Time zone"), "settings zone"),))
    rows.append((subscription, Button(erase, "forget")))
    return tuple(row for row in rows if row)


def _language_row(t: Texts) -> tuple[Button, ...]:
    return tuple(
        Button(_ticked(f"{SPOKEN} {name}", language == t.language), f"settings language {language}")
        for language, name in LANGUAGES.items()
    )


def _release_row(t: Texts, languages: list[str], only: frozenset[str]) -> tuple[Button, ...]:
    """Each button says the whole choice that pressing it makes: this language more, or less."""
    if len(languages) < 2 and not only:
        return ()
    everything = _ticked(f"{RELEASES} {t('All languages')}", not only)
    row = [Button(everything, f"settings releases {ALL}")]
    for language in languages:
        wish = ",".join(sorted(only ^ {language})[:MOST_LANGUAGES]) or ALL
        label = f"{RELEASES} {LANGUAGES.get(language, language)}"
        row.append(Button(_ticked(label, language in only), f"settings releases {wish}"))
    return tuple(row)


async def _language(request: Request, context: Context, value: str) -> Message:
    chosen = _language_meant(value)
    if chosen is None:
        t = texts(request.language)
        said = (
            t("In which language shall I speak to you?")
            if request.private
            else t("In which language shall I speak in this chat?")
        )
        return Message(RichText(said), (_language_row(t),))
    await context.storage.subscribers.choose(request.address, language=chosen)
    t = texts(chosen)
    done = (
        t("From now on I speak English with you.")
        if request.private
        else t("From now on I speak English in this chat.")
    )
    return await _overview(replace(request, language=chosen), context, done)


def _language_meant(value: str) -> str | None:
    by_name = {name.lower(): language for language, name in LANGUAGES.items()}
    word = value.lower()
    if word in by_name:
        return by_name[word]
    return code(word) if word and word[:2] in LANGUAGES else None


async def _zone(request: Request, context: Context, value: str) -> Message:
    t = texts(request.language)
    chosen = zone(value) if value else None
    if chosen is not None:
        await context.storage.subscribers.choose(request.address, timezone=chosen)
        place = _place(chosen, t)
        done = (
            t("Your time zone is {zone} now.", zone=place)
            if request.private
            else t("The time zone of this chat is {zone} now.", zone=place)
        )
        return await _overview(request, context, done)
    offered = dict.fromkeys([*(near(value) if value else []), *COMMON])
    said = (
        t("Where are you? Choose, or write your own, for example: /settings zone Asia/Tokyo")
        if request.private
        else t("Where is this chat at home? Choose, or write: /settings zone Asia/Tokyo")
    )
    if value:
        said = t("I know no such time zone.") + " " + said
    buttons = [Button(t.place(name), f"settings zone {name}") for name in offered]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    return Message(RichText(said), (*rows, (Button(t("Back"), "settings show"),)))


async def _releases(request: Request, context: Context, value: str) -> Message:
    t = texts(request.language)
    there = {*await context.storage.releases.languages(), *LANGUAGES}
    asked = {word.strip().lower() for word in value.split(",") if word.strip()}
    if not asked or not asked <= {*there, ALL}:
        said = t("In which languages? Choose here.")
        return await _overview(request, context, said)
    only = frozenset() if ALL in asked else frozenset(sorted(asked)[:MOST_LANGUAGES])
    await context.storage.subscribers.choose(request.address, only=only)
    named = _named(only, t)
    done = (
        t("From now on you get releases in: {languages}.", languages=named)
        if request.private
        else t("From now on this chat gets releases in: {languages}.", languages=named)
    )
    return await _overview(request, context, done)


def _zone_shown(known: Subscriber | None, context: Context, t: Texts) -> str:
    return _place((known.timezone if known else "") or context.campaign.timezone, t)


def _place(name: str, t: Texts) -> str:
    """The zone's city in the reader's language, and the zone's own name where that says more."""
    city = t.place(name)
    return city if city.replace(" ", "_") in name else f"{city} ({name})"


def _named(only: frozenset[str], t: Texts) -> str:
    if not only:
        return t("all languages")
    return ", ".join(LANGUAGES.get(language, language) for language in sorted(only))


def _ticked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label
