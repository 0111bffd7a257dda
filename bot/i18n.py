"""Herald's sentences in its reader's language: catalogues, plural forms, dates and places."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources

LANGUAGES = {"en": "English", "ru": "Русский"}

# How dates are written where the language alone does not say: the day first, as in London.
_LOCALES = {"en": "en_GB", "ru": "ru"}
_DATES = {"en": "d MMMM y", "ru": "d MMMM y 'г'."}

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


class Texts:
    """All that Herald says, in one language. What is not translated is said in English."""

    def __init__(
        self, language: str, messages: Mapping[str, tuple[str, ...]], form: Callable[[int], int]
    ) -> None:
        self.language = language
        self._messages = messages
        self._form = form

    def __call__(self, msgid: str, **values: object) -> str:
        """The sentence in this language, `{names}` in it replaced; values are never templates."""
        return self._messages.get(msgid, (msgid,))[0].format(**values)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The sentence in the form that goes with `n`, which may stand in it as `{n}`."""
        forms = self._messages.get(one, (one, many))
        return forms[min(self._form(n), len(forms) - 1)].format(n=n, **values)

    def ordinal(self, n: int) -> str:
        """A number that goes with “anniversary”: 5th, 5-я."""
        if self.language == "ru":
            return f"{n}-я"
        return f"{n}{'th' if n % 100 in (11, 12, 13) else _ENDINGS.get(n % 10, 'th')}"

    def day(self, day: date) -> str:
        """A date in words, with its year."""
        from babel.dates import format_date

        return format_date(day, _DATES[self.language], locale=_LOCALES[self.language])

    def month_day(self, day: date) -> str:
        """A day of every year, in words."""
        from babel.dates import format_date

        return format_date(day, "d MMMM", locale=_LOCALES[self.language])

    def place(self, zone: str) -> str:
        """The city of a time zone, as the zone itself says it where it has none."""
        from babel.dates import get_timezone_location

        name = _OLD_NAMES.get(zone, zone)
        return get_timezone_location(name, locale=_LOCALES[self.language], return_city=True)


# Zones that were renamed, and that Babel's data knows by their former name only.
_OLD_NAMES = {"Europe/Kyiv": "Europe/Kiev"}


def code(language: str) -> str:
    """The language of ours that this one is: "ru" for "ru-RU", English for what we do not speak."""
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else "en"


def texts(language: str) -> Texts:
    """What Herald says in this language; its catalogue is read at the first call."""
    return _texts(code(language))


@cache
def _texts(language: str) -> Texts:
    if language == "en":
        return Texts(language, {}, lambda n: n != 1)
    # Imported here: the shell's commands speak English and start without it.
    from babel.messages.pofile import read_po

    path = resources.files("bot") / "locale" / f"{language}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    messages = {
        _flat(message.id)[0]: _flat(message.string) for message in catalogue if message.string
    }
    return Texts(language, messages, gettext.c2py(catalogue.plural_expr))


def _flat(forms: str | Sequence[str | Sequence[str] | None] | None) -> tuple[str, ...]:
    """The forms of a message, one where it has no plural; Babel's types allow for more."""
    return (forms,) if isinstance(forms, str) else tuple(str(form) for form in forms or ())
