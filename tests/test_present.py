"""How releases, pages and lists look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import present
from bot.chat import Message
from bot.text.split import utf16
from storage.model import Release, RichText, Span, Style
from tests.commands.house import commands_of, labels_of

RELEASE = Release(
    12, "k", "a", "https://lind.example/12/", "Witness Named", RichText("The inquiry spoke."),
    "en", date(2014, 11, 16), None, 1, False,
)  # fmt: skip


def bold_in(rich: RichText) -> list[str]:
    return [rich.text[s.start : s.end] for s in rich.spans if s.style is Style.BOLD]


def test_an_announcement_has_all_a_reader_needs() -> None:
    """Title in bold, the date with its year, the lead; buttons to read, to the site, and out."""
    message = present.announcement(RELEASE, "en")

    assert message.text.text == "Witness Named\n16 November 2014\n\nThe inquiry spoke."
    assert bold_in(message.text) == ["Witness Named"]
    assert [[button.label for button in row] for row in message.buttons] == [
        ["Read here", "Open on the site"],
        ["Share", "⚙️ Settings"],
    ]
    assert commands_of(message) == ["release 12 1", "settings"]
    assert message.buttons[0][1].url == RELEASE.link
    assert message.buttons[1][0].share == RELEASE.id


def test_it_speaks_the_readers_language() -> None:
    """Date and buttons are the reader's; a release in another language says in which."""
    message = present.announcement(RELEASE, "ru")

    assert message.text.text.split("\n")[1] == "16 ноября 2014 г. · English"
    assert labels_of(message) == [
        "Читать здесь", "Открыть на сайте", "Поделиться", "⚙️ Настройки",
    ]  # fmt: skip


@pytest.mark.parametrize("link", ["", "javascript:x()", "mailto:a@b.example", "http://[", "/p/1"])
def test_only_web_links_become_buttons(link: str) -> None:
    """What a platform could not open is not offered."""
    message = present.announcement(replace(RELEASE, link=link), "en")

    assert labels_of(message) == ["Read here", "Share", "⚙️ Settings"]


@given(st.text(max_size=5000), st.text(max_size=3000), st.sampled_from(["en", "ru"]))
def test_an_announcement_always_fits(title: str, body: str, language: str) -> None:
    """Whatever the title and text, it is one message of 4,096 UTF-16 units at most."""
    release = replace(RELEASE, title=title, body=RichText(body))

    assert utf16(present.announcement(release, language).text.text) <= present.MESSAGE


@pytest.mark.parametrize("length", [100, 3000, 4070])
def test_the_whole_title_is_shown(length: int) -> None:
    """A title is cut only where it alone would not fit."""
    title = ("word " * 1000)[:length].strip()
    message = present.announcement(replace(RELEASE, title=title), "en")

    assert bold_in(message.text) == [title]


def test_a_repeated_title_is_hidden() -> None:
    """A first line that says the title again, in whatever case and marks, is left out."""
    body = RichText("WITNESS NAMED.\n\nThe inquiry spoke.", (Span(16, 19, Style.ITALIC),))
    release = replace(RELEASE, body=body)

    assert present.body(release) == RichText("The inquiry spoke.", (Span(0, 3, Style.ITALIC),))


def test_a_lead_ends_with_a_sentence() -> None:
    """A long first paragraph is cut behind the last sentence that fits."""
    body = RichText("This is a sentence of forty letters, yes. " * 30)
    lead = present.lead(replace(RELEASE, body=body))

    assert lead.text.endswith("letters, yes.")
    assert 300 < len(lead.text) <= present.LEAD


def test_a_lead_ends_with_a_paragraph_if_it_can() -> None:
    """Whole paragraphs are better than half of one; a short salutation alone is no lead."""
    body = RichText("Dear friends,\n\n" + "Word " * 40 + "end.\n\n" + "More " * 100)
    lead = present.lead(replace(RELEASE, body=body))

    assert lead.text == "Dear friends,\n\n" + "Word " * 40 + "end."


def test_pages_hold_the_whole_text() -> None:
    """Page by page every word is there once, in order, and the spans with them."""
    words = " ".join(f"word{n}" for n in range(3000))
    release = replace(RELEASE, body=RichText(words, (Span(0, len(words), Style.ITALIC),)))
    pages = [present.page(release, n, "en") for n in range(1, 10)]
    texts = [page.text.text.split("\n\n", 1)[1] for page in pages]

    assert " ".join(texts) == words
    assert all(utf16(page.text.text) <= present.PAGE for page in pages)
    assert all(Style.ITALIC in {s.style for s in page.text.spans} for page in pages)
    assert pages[1].text.text.startswith("Witness Named\n16 November 2014 · page 2 of 9\n\n")


def test_the_pages_buttons() -> None:
    """Arrows lead to the pages there are, and there is always a way back."""
    release = replace(RELEASE, body=RichText("word " * 2000))
    asked = [commands_of(present.page(release, n, "en")) for n in (1, 2, 3, 4)]

    assert asked == [
        ["release 12 2", "release 12 0"],
        ["release 12 1", "release 12 3", "release 12 0"],
        ["release 12 2", "release 12 4", "release 12 0"],
        ["release 12 3", "release 12 0"],
    ]


@pytest.mark.parametrize(("asked", "shown"), [(-5, 1), (10**15, 4)])
def test_a_page_past_the_end_is_the_page_at_the_end(asked: int, shown: int) -> None:
    """A release that became shorter meanwhile still answers its old buttons."""
    release = replace(RELEASE, body=RichText("word " * 2000))

    assert present.page(release, asked, "en") == present.page(release, shown, "en")


def test_a_short_text_has_no_page_numbers() -> None:
    """One page needs no counting."""
    message = present.page(RELEASE, 1, "en")

    assert message.text.text == "Witness Named\n16 November 2014\n\nThe inquiry spoke."
    assert commands_of(message) == ["release 12 0"]


@given(
    st.text(max_size=400), st.text(max_size=20_000), st.integers(-1, 99),
    st.sampled_from(["en", "ru"]),
)  # fmt: skip
def test_a_page_always_fits(title: str, body: str, number: int, language: str) -> None:
    """Whatever the title and text, a page with all above it is 3,500 UTF-16 units at most."""
    release = replace(RELEASE, title=title, body=RichText(body * 3), language="ka")

    assert utf16(present.page(release, number, language).text.text) <= 3500


def linked(*links: tuple[str, str]) -> Release:
    """A release whose body is these words, each with its link."""
    text, spans = "", []
    for words, url in links:
        spans.append(Span(len(text), len(text) + len(words), Style.LINK, url))
        text += words + " and "
    return replace(RELEASE, body=RichText(text, tuple(spans)))


def files_of(message: Message) -> list[tuple[str, str]]:
    rows = [row for row in message.buttons if row[0].label.startswith("📄")]
    assert all(len(row) == 1 for row in rows), "each has a row of its own"
    return [(row[0].label.removeprefix("📄 "), row[0].url) for row in rows]


SITE = "https://lind.example"


@pytest.mark.parametrize(
    ("words", "url", "label"),
    [
        ("The report", f"{SITE}/r.pdf", "The report"),
        ("The\n report", f"{SITE}/r.PDF?v=2#page=3", "The report"),
        ("", f"{SITE}/a.pdf", "a.pdf"),
        (f"{SITE}/2014/The%20Report.pdf", f"{SITE}/2014/The%20Report.pdf", "The Report.pdf"),
        ("www.lind.example/r.pdf", f"{SITE}/r.pdf", "r.pdf"),
        ("lind.example/files/r.pdf", f"{SITE}/files/r.pdf", "r.pdf"),
        ("\u200b", f"{SITE}/%D0%9E%D1%82%D1%87%D1%91%D1%82.pdf", "Отчёт.pdf"),
        (f"{SITE}/x", f"{SITE}/%00%0a%ff.pdf", "�.pdf"),
        ("The whole report of the inquiry of 2014", f"{SITE}/r.pdf",
         "The whole report of the…"),
        ("x" * 50, f"{SITE}/r.pdf", "x" * 29 + "…"),
    ],
)  # fmt: skip
def test_a_pdf_becomes_a_button(words: str, url: str, label: str) -> None:
    """It says what its link says, cut to thirty letters; a bare address is a file's name."""
    if not words:
        words = url
    message = present.announcement(linked((words, url)), "en")

    assert files_of(message) == [(label, url)]
    assert message.buttons[-1][-1].label == "⚙️ Settings"


@pytest.mark.parametrize(
    "url",
    ["", "/report.pdf", "ftp://lind.example/r.pdf", "javascript:r.pdf", "mailto:a@b.pdf",
     "http://[/r.pdf", f"{SITE}/r.pdf.html", f"{SITE}/?file=r.pdf", f"{SITE}/#r.pdf", "r.pdf",
     "https://lind.pdf"],
)  # fmt: skip
def test_no_other_link_is_a_pdf(url: str) -> None:
    """A file is known by the end of its path, and only the web has files to open."""
    assert files_of(present.announcement(linked(("The report", url)), "en")) == []


def test_three_pdfs_at_most_and_none_twice() -> None:
    """The first of each, in the order of the text, in the card and on every page."""
    links = [("One", f"{SITE}/1.pdf"), ("Download", f"{SITE}/1.pdf#page=2"),
             ("Two", f"{SITE}/2.pdf"), ("Page", SITE), ("Three", f"{SITE}/3.pdf"),
             ("Four", f"{SITE}/4.pdf")]  # fmt: skip
    release = linked(*links)
    release = replace(release, body=replace(release.body, spans=release.body.spans[::-1]))
    expected = [("One", f"{SITE}/1.pdf"), ("Two", f"{SITE}/2.pdf"), ("Three", f"{SITE}/3.pdf")]

    assert files_of(present.announcement(release, "en")) == expected
    assert files_of(present.page(release, 1, "ru")) == expected
    assert files_of(present.withdrawn(release, "en")) == []


def test_a_withdrawn_release_says_only_that() -> None:
    """What the campaign took back is not read out."""
    message = present.withdrawn(RELEASE, "en")

    assert "withdrawn" in message.text.text
    assert "inquiry" not in message.text.text


def listed(count: int, title: str) -> Message:
    items = [
        present.Item(replace(RELEASE, id=n, title=title), "statement", RichText("hit " * 100))
        for n in range(1, count + 1)
    ]
    return present.listing("Head", items[:5] if count < 6 else
                           [replace(i, snippet=RichText()) for i in items], "ru")  # fmt: skip


@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_list_always_fits(count: int) -> None:
    """Twenty of the longest titles, or five with snippets, are still one message."""
    message = listed(count, "🕯 candle " * 300)

    assert utf16(message.text.text) <= present.MESSAGE
    assert commands_of(message) == [f"release {n}" for n in range(1, count + 1)]
    assert max(len(row) for row in message.buttons) <= 5
