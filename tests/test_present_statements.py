"""How statements look, the message that counts, and what admins are told of trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import present
from bot.chat import Message
from bot.text.split import utf16
from storage.model import Progress, RichText, Span, Statement, Style
from tests.commands.house import commands_of, labels_of

# Half of a thousand: 500 arrived, 20 refused, 5 unsubscribed meanwhile.
HALF = Progress(7, 1000, 500, 20, 5, 0, cancelled=False, over=False)


def stated(text: RichText) -> Message:
    return present.statement(Statement(1, text, timedelta(hours=24)), "ru")


def test_a_statement_is_what_the_admin_wrote() -> None:
    """Word for word with its formatting, and one button out."""
    text = RichText("Come at ten.\n\nBring a candle.", (Span(0, 4, Style.BOLD),))
    message = stated(text)

    assert text == message.text
    assert ["⚙️ Настройки"] == labels_of(message)
    assert ["settings"] == commands_of(message)


def test_links_that_lead_nowhere_stop_no_statement() -> None:
    """One that platforms would refuse the whole message for is repaired or written out."""
    text = RichText(
        "Write or read.",
        (Span(0, 5, Style.LINK, "mailto:a@lind.example"), Span(9, 13, Style.LINK, "lind.example")),
    )
    message = stated(text)

    assert "Write (a@lind.example) or read." == message.text.text
    assert (Span(26, 30, Style.LINK, "https://lind.example"),) == message.text.spans


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://localhost/x", True), ("tg://user?id=5", True), ("", True), ("javascript:x", True),
     ("https://lind.example/", False), ("lind.example", False), ("MAILTO:a@lind.example", False),
     (" tel:+44", False)],
)  # fmt: skip
def test_what_is_left_out_is_known(url: str, told: bool) -> None:
    """A link that is dropped; not one that is mended, or written out behind its words."""
    text = RichText("Read\nit now.", (Span(0, 7, Style.LINK, url), Span(0, 4, Style.BOLD)))

    assert ["Read it"] * told == present.left_out(text)


def test_the_message_that_counts() -> None:
    """A bar with its percents, what arrived, failed and is left, and a way to cancel."""
    message = present.progress(HALF, "en")

    assert message.text.text == (
        "On its way\n▓▓▓▓▓░░░░░ 52\u00a0%\nSent: 500\nFailed: 20\nNot sent: 5\nLeft: 475"
    )
    assert [("Cancel", "broadcast cancel 7")] == [
        (button.label, button.command) for row in message.buttons for button in row
    ]


def test_the_message_that_counts_in_russian() -> None:
    """All of it is translated."""
    message = present.progress(replace(HALF, skipped=0, unknown=1), "ru")

    assert message.text.text == (
        "Отправляется\n▓▓▓▓▓░░░░░ 52\u00a0%\nОтправлено: 500\nНе дошло: 20\nПод вопросом: 1\n"
        "Осталось: 479"
    )
    assert ["Отменить"] == labels_of(message)


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(7, 1000, 980, 20, 0, 0, cancelled=False, over=True),
         "Done\nSent: 980\nFailed: 20"),
        (Progress(7, 1000, 500, 20, 0, 3, cancelled=True, over=True),
         "Cancelled by an admin\nSent: 500\nFailed: 20\nNot sent: 477\nIn doubt: 3"),
        (Progress(7, 1000, 500, 20, 0, 0, cancelled=True, over=False),
         "Cancelled by an admin\nSent: 500\nFailed: 20\nNot sent: 480"),
        (Progress(7, 0, 0, 0, 0, 0, cancelled=False, over=True), "Done\nSent: 0\nFailed: 0"),
        (Progress(7, 48, 0, 48, 0, 0, cancelled=False, over=True, refused=True),
         "It was not sent: the platform does not take this text\nSent: 0\nFailed: 48"),
    ],
)  # fmt: skip
def test_the_last_word(progress: Progress, text: str) -> None:
    """Over, it says what became of everybody, and offers nothing."""
    message = present.progress(progress, "en")

    assert text == message.text.text
    assert () == message.buttons


def test_nothing_is_counted_before_it_is_known_of_how_many() -> None:
    """While the audience is written down there are no figures, but there is a way to cancel."""
    message = present.progress(replace(HALF, whole=False), "en")

    assert "On its way" == message.text.text
    assert ["broadcast cancel 7"] == commands_of(message)


COUNTS = st.integers(0, 10**7)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_bar_is_full_only_at_the_end(
    sent: int, failed: int, skipped: int, unknown: int, left: int
) -> None:
    """A hundred percent means that nothing is left, and the bar is always ten cells."""
    total = sent + failed + skipped + unknown + left
    progress = Progress(7, total, sent, failed, skipped, unknown, cancelled=False, over=False)
    bar, percent = present.progress(progress, "en").text.text.split("\n")[1].split(" ", 1)

    assert 10 == len(bar)
    assert ("100\u00a0%" == percent) == ("░" not in bar) == (total > 0 == left)


MESSAGES = [
    ("paused", lambda language: present.paused("fakegram", 11, 60, 7, "News", language)),
    ("resumed", lambda language: present.resumed("fakegram", language)),
    ("refused", lambda language: present.refused("A Hearing", "fakegram", "too long", language)),
    ("refused to some", lambda language: present.refused(
        "A Hearing", "fakegram", "too long", language, "ru")),
    ("in doubt", lambda language: present.doubtful("fakegram", language)),
    ("stopped", lambda language: present.stopped("fakegram", "a token refused", language)),
]  # fmt: skip


@pytest.mark.parametrize("build", [build for _, build in MESSAGES], ids=[n for n, _ in MESSAGES])
def test_trouble_names_the_platform_in_both_languages(build) -> None:
    """Each message says where, as a name, and no two languages say the same."""
    english, russian = build("en"), build("ru")

    assert "Fakegram" in english.text.text
    assert "Fakegram" in russian.text.text
    assert english.text.text != russian.text.text
    assert commands_of(english) == commands_of(russian)


def test_a_pause_asks_and_claims_nothing() -> None:
    """It gives the numbers, and two ways out that name the announcement."""
    message = present.paused("fakegram", 11, 60, 7, "News", "en")

    assert "as if people were gone (11 of the last 60)" in message.text.text
    assert "unsubscribed nobody" in message.text.text
    assert ["outbox vouch 7", "outbox cancel 7"] == commands_of(message)
    assert [1, 1] == [len(row) for row in message.buttons], "long labels stand alone"


@given(st.text(max_size=9000))
def test_a_refused_text_of_any_length_is_named(title: str) -> None:
    """Whatever was refused, the message about it fits and is not empty."""
    text = present.refused(title, "fakegram", "the message is too long", "ru").text.text

    assert utf16(text) <= 1000
    assert "the message is too long" in text
    assert "\n«»\n" not in text
