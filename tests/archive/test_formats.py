"""What a document is, told by its content."""

from __future__ import annotations

import os

import pytest

from bot.archive.document import Unreadable
from bot.archive.formats import Format, decoded, read, recognise
from tests.archive.conftest import ARCHIVE, NOW, item, rss


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rss(), Format.FEED),
        ("\n\n" + rss(), Format.FEED),
        ("<br />Warning: something<br />" + rss(), Format.FEED),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', Format.FEED),
        ("<!DOCTYPE html PUBLIC '-//x'>" + rss(), Format.FEED),
        ("<!DOCTYPE html><p>A page", Format.HTML),
        ("<CHANNEL HREF='x'><ITEM/></CHANNEL>", Format.FEED),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", Format.FEED),
        ("<rdf:RDF xmlns:rdf='x'/>", Format.FEED),
        ("<!DOCTYPE html><html><body><!-- <rdf:RDF> --></body></html>", Format.HTML),
        ("<p>A fragment</p>", Format.HTML),
        ("Title\n\nMay 2, 2014\n\nA body with <a href='x'>a tag</a>", Format.TEXT),
        ("« Previous", Format.TEXT),
        ('{"version": 1}', Format.JSON),
        ("[1]", Format.JSON),
    ],
)
def test_recognised(text: str, expected: Format) -> None:
    """The first root tag or bracket decides."""
    assert recognise(text) is expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(encoding: str) -> None:
    """With a byte order mark or, for XML, without."""
    assert decoded(f'<?xml version="1.0"?>{rss()} ы'.encode(encoding)).endswith(" ы")


def test_undeclared_eight_bits() -> None:
    """Text in an old encoding that does not say so is Russian or Western by its letters."""
    assert decoded("Заявление\n\n19 ноября 2014".encode("cp1251")).startswith("Заявление")
    assert decoded("Café – “déjà vu”".encode("cp1252")) == "Café – “déjà vu”"


def test_a_wrong_byte_spoils_no_other() -> None:
    """UTF-8 with a byte that is wrong, or cut within its last letter, is UTF-8."""
    text = "<rss><title>Заявление для печати</title>"

    assert decoded(text.encode() + b"\xff\xfe" + text.encode()) == f"{text}\ufffd\ufffd{text}"
    assert decoded(text.encode() + "я".encode()[:1]).startswith(text)
    assert decoded(b"<?xml encoding='utf-8'?><rss>" + "я".encode()[:1]).endswith("<rss>")


@pytest.mark.parametrize("encoding", ["hex", "punycode", "unicode_escape", "no-such", "zip"])
def test_declared_encoding_that_is_none(encoding: str) -> None:
    """A declaration of nonsense is not believed."""
    data = f"<?xml version='1.0' encoding='{encoding}'?><p>".encode() + b"caf\xe9"

    assert decoded(data).endswith("café")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "It is empty."),
        (b" \n\t\n", "It is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "It is binary, not text."),
        (bytes(range(256)) * 4, "It is binary, not text."),
        (b"Just words.", "It is neither a feed nor an archive page."),
        (b"<rss", "It is neither a feed nor an archive page."),
        (b"<RDF >", "It is not a feed that can be read."),
    ],
)
def test_unreadable_says_why(data: bytes, reason: str) -> None:
    """One sentence for each way in which a file can be nothing to us."""
    with pytest.raises(Unreadable) as caught:
        read(data, ARCHIVE, NOW)
    assert str(caught.value) == reason


def test_random_bytes_are_binary() -> None:
    """Noise is told from text."""
    with pytest.raises(Unreadable):
        read(os.urandom(5000), ARCHIVE, NOW)


def test_hosts_are_those_of_the_links() -> None:
    """The hosts say whose file it is."""
    assert read(rss(item(1, NOW)).encode(), ARCHIVE, NOW).hosts == {"press.example"}


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "windows-1251"), ("utf-8", "us-ascii"), ("windows-1251", "utf-8"),
        ("koi8-r", "koi8-r"), ("windows-1251", ""), ("utf-16", "utf-8"), ("utf-16-le", "utf-8"),
        ("utf-32-be", ""), ("utf-8-sig", "utf-16"), ("cp037", "cp037"), ("utf-8", "no-such"),
        ("utf-8", "idna"),
    ],
)  # fmt: skip
def test_whatever_the_charset_is_said_to_be(encoding: str, told: str) -> None:
    """Text says what it is better than its declaration does."""
    words = "press release" if encoding == "cp037" else "Заявление для печати"
    declared = f" encoding='{told}'" if told else ""
    text = f"<?xml version='1.0'{declared}?><rss><channel><title>{words}</title></channel></rss>"

    assert words in decoded(text.encode(encoding))


def test_old_text_from_the_east_is_text() -> None:
    """Shift JIS that does not say so is no binary file."""
    text = "<rss><title>" + "プレスリリース、" * 30 + "</title></rss>"

    assert decoded(text.encode("shift_jis")) == text
