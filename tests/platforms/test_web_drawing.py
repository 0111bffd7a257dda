"""How a message looks on the wire to the page: JSON that can hold nothing that runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Button, Message
from bot.platforms.web import drawing
from bot.platforms.web.asked import Asked
from bot.text.build import bold
from storage.model import Attachment, Letter, RichText, Span, Style

AT = datetime(2026, 11, 25, 12, 0, 1, 500_000, UTC)


def test_an_answer_has_all_that_the_page_shows() -> None:
    """Text as HTML and plain, the time, buttons, what it replaces and whether it asks."""
    rows = (
        (Button("Next", "latest 2"), Button("Share", share=12)),
        (Button("Site", url="https://x.org"),),
    )
    message = Message(bold("T") + "\nb", rows, replaces=True, asks="search")

    assert {
        "id": None,
        "at": "2026-11-25T12:00:01.500Z",
        "html": "<p><strong>T</strong><br>b</p>",
        "text": "T\nb",
        "buttons": [
            [
                {"label": "Next", "command": "latest 2"},
                {"label": "Share", "share": "/releases/12", "title": "T"},
            ],
            [{"label": "Site", "url": "https://x.org"}],
        ],
        "replaces": True,
        "asks": True,
        "pushed": False,
        "commands": False,
        "picture": None,
    } == drawing.answered(message, AT)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.org/a", "https://x.org/a"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("http://localhost:8000/a", "http://localhost:8000/a"),
        ("mailto:a@x.org", "mailto:a@x.org"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ('http://x.org/" onclick="x', "http://x.org/%22%20onclick=%22x"),
        ("/releases", None),
    ],
)
def test_a_button_leads_to_the_web_or_is_left_out(url: str, expected: str | None) -> None:
    """A button that could run something is not there, nor is its empty row."""
    drawn = drawing.answered(Message(RichText("x"), ((Button("Go", url=url),),)), AT)

    assert ([[{"label": "Go", "url": expected}]] if expected else []) == drawn["buttons"]


def test_a_letter_is_what_was_kept_with_its_number_time_and_picture() -> None:
    """What is each reader's own is added when it is shown."""
    picture = Attachment(b"x", "image/png", "x.png", 'A "hall" </script>')
    content = drawing.content(Message(RichText("x"), picture=picture))
    shown = json.loads(drawing.letter(Letter(7, 9, AT, content.words, pictured=True)))
    bare = json.loads(drawing.letter(Letter(8, 10, AT, content.words)))

    assert picture == content.picture
    assert ("7", True, "<p>x</p>") == (shown["id"], shown["pushed"], shown["html"])
    assert {"src": "/chat/picture/7", "alt": picture.description} == shown["picture"]
    assert bare["picture"] is None
    assert set(drawing.answered(Message(RichText("x")), AT)) == set(shown)


@pytest.mark.parametrize(
    ("words", "pressed", "expected"),
    [
        ("/help", False, True),
        (" !Settings@herald_bot zone", False, True),
        ("settings language ru", True, True),
        ("/start", False, True),
        ("/start r12", False, False),
        ("start r12", True, False),
        ("/forget yes", False, True),
        ("/latest", False, False),
        ("latest 2", True, False),
        ("/release 12", False, False),
        ("r12", False, False),
        ("help", False, False),
        ("/helpless", False, False),
        ("court /help", False, False),
    ],
)
def test_only_answers_in_heralds_own_words_offer_their_commands(
    words: str, pressed: bool, expected: bool
) -> None:
    """Whatever may quote a release or a search is not trusted with anything to press."""
    given = Asked(words, pressed)
    shown = drawing.answered(Message(RichText("/help")), AT, own=given.about_herald)

    assert expected == shown["commands"]


def test_the_same_message_is_the_same_content_and_an_equal_one_is_too() -> None:
    """Contents are told apart by what they are, so that storage keeps each once."""
    contents = drawing.Contents()
    message = Message(RichText("x"))
    others = [Message(RichText(str(n))) for n in range(drawing.KEPT + 1)]

    assert contents.of(message) is contents.of(message)
    assert contents.of(message) == contents.of(Message(RichText("x")))
    assert [o.text.text for o in others] == [
        json.loads(contents.of(o).words)["text"] for o in others
    ]
    assert contents.of(message) == contents.of(message)


@pytest.mark.parametrize("words", ["", "x", "[]", "1", "null", "{}", '{"html": 1}', '"x"'])
def test_whatever_was_kept_is_shown_as_json(words: str) -> None:
    """A form of words that is not ours becomes a message without any."""
    shown = json.loads(drawing.letter(Letter(7, 9, AT, words)))

    assert "7" == shown["id"]


class Tags(HTMLParser):
    """The elements in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]


@given(st.text(), st.text(), st.text(max_size=30))
def test_words_stay_words(text: str, label: str, url: str) -> None:
    """Whatever a text, label or address holds: one line of JSON, no element that is not ours."""
    spans = (Span(0, len(text), Style.LINK, url),) if text else ()
    message = Message(RichText(text, spans), ((Button(label, url=url), Button(label, "x")),))
    content = drawing.content(message)
    line = drawing.letter(Letter(1, 1, AT, content.words))
    shown = json.loads(line)

    line.encode()
    assert "\n" not in line
    assert "\r" not in line
    assert set(Tags(shown["html"]).found) <= {"p", "br", "a", "ul", "ol", "li"}
    for row in shown["buttons"]:
        for button in row:
            there = button.get("url", "https://").partition(":")[0].lower()
            assert there in ("http", "https", "mailto", "tel")
