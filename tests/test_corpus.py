"""The driver that runs a folder of feeds: it tells what is lost from what is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.archive.document import Document
from tests import corpus
from tests.archive.conftest import FEEDS, NOW, item, rss


async def test_our_own_feeds_lose_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Protected, repeated, cut and empty ones included: each entry is there or explained."""
    assert 0 == await corpus.main(FEEDS)

    told = capsys.readouterr().out
    assert "in all" in told
    assert "It is protected" in told
    assert str(FEEDS) not in told


async def test_lost_entries_and_accidents_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry that is gone, and an exception, are an exit code and a line each."""
    (tmp_path / "fewer.xml").write_text(rss(item(1, NOW), item(2, NOW)))
    (tmp_path / "accident.rss").write_text(rss(item(1, NOW), title="accident"))

    async def read(data: bytes, *_: object) -> Document:
        if b"accident" in data:
            raise KeyError("accident")
        return Document(())

    monkeypatch.setattr(corpus, "read_apart", read)

    assert 1 == await corpus.main(tmp_path)
    told = capsys.readouterr().out
    assert "fewer.xml: 2 of 2 missing" in told
    assert "accident.rss: KeyError" in told
