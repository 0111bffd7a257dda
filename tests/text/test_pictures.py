"""Which picture leads a release."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.pictures import lead_picture


@pytest.mark.parametrize(
    ("html", "source"),
    [
        ("<p>No picture.</p>", ""),
        ('<p><img src="/a.jpg"> and <img src="/b.jpg"></p>', "/a.jpg"),
        ('<img class="wp-smiley" src="/smile.png"><img src="/a.jpg">', "/a.jpg"),
        ('<img src="/counter.gif" width="1" height="1"><img src="/a.jpg" width="600">', "/a.jpg"),
        ('<img src="data:image/gif;base64,R0"><img data-src="/lazy.jpg">', "/lazy.jpg"),
        ('<figure><IMG SRC=" /a.jpg " WIDTH="640px"></figure>', "/a.jpg"),
        ('<img width="99999999999999999999" src="/wide.jpg">', "/wide.jpg"),
        ("<img>", ""),
    ],
)
def test_the_first_that_shows_something_leads(html: str, source: str) -> None:
    """Emoji, counters and placeholders are no pictures."""
    assert source == lead_picture(html)


@given(st.text())
def test_nothing_is_too_broken(html: str) -> None:
    """Whatever the HTML, there is an answer."""
    assert isinstance(lead_picture("<img " + html), str)
