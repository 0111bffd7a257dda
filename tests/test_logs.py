"""Logs: what an operator may read, and what must never stand there."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

TOKEN = "123456789:AAaaBBbbCCccDDddEEeeFFffGGgg"


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Every test leaves the logging of the next one alone."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers = []


def written(form: str = "text", level: str = "DEBUG") -> io.StringIO:
    stream = io.StringIO()
    logs.configure(level, form, [TOKEN, "hush"], stream)
    return stream


def test_a_token_is_blotted_out_in_our_lines_and_the_libraries() -> None:
    """Wherever a token is printed, by whom ever, it is not in the log."""
    stream = written()
    structlog.get_logger().info("A line.", url=f"https://api.test/bot{TOKEN}/getMe")
    logging.getLogger("aiohttp.client").warning("failed: https://api.test/bot%s/send", TOKEN)
    logging.getLogger("other").debug("another: 987654321:ZZaaBBbbCCccDDddEEeeFFffGGgg and hush")

    said = stream.getvalue()
    assert "[hidden]" in said
    assert not [word for word in (TOKEN, "ZZaa", "hush") if word in said]


def test_libraries_are_quiet_below_a_warning() -> None:
    """What they say at DEBUG names updates and messages, so they do not."""
    stream = written()
    logging.getLogger("telegram.ext.Application").debug("Processing update {'text': 'my words'}")
    logging.getLogger("asyncio").info("connection to 10.0.0.1")

    assert stream.getvalue() == ""


def test_an_exception_is_its_type_and_place_without_its_text() -> None:
    """An exception's text may quote a person; the log says where it happened instead."""
    stream = written()
    try:
        raise ValueError("what somebody wrote")
    except ValueError:
        structlog.get_logger().error("It failed.", exc_info=True)
        logging.getLogger("library").exception("It failed there.")

    said = stream.getvalue()
    assert "somebody" not in said
    assert said.count("ValueError") == 2
    assert said.count("test_logs.py:") == 2


def test_json_lines_are_json() -> None:
    """With the JSON form every line is one object with time, level and event."""
    stream = written("json")
    structlog.get_logger().info("Herald is ready.", n=1)

    line = json.loads(stream.getvalue())
    assert ("Herald is ready.", "info", 1) == (line["event"], line["level"], line["n"])
    assert line["timestamp"].endswith("Z")


def test_the_level_is_kept() -> None:
    """Below the chosen level nothing is written."""
    stream = written(level="WARNING")
    structlog.get_logger().info("not this")
    structlog.get_logger().warning("but this")

    assert "not this" not in stream.getvalue()
    assert "but this" in stream.getvalue()
