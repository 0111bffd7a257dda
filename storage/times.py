"""How instants are kept: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


@overload
def to_ms(instant: datetime) -> int: ...
@overload
def to_ms(instant: None) -> None: ...
def to_ms(instant: datetime | None) -> int | None:
    """Milliseconds of an aware time."""
    return None if instant is None else (instant - _EPOCH) // _MS


@overload
def from_ms(ms: int) -> datetime: ...
@overload
def from_ms(ms: None) -> None: ...
def from_ms(ms: int | None) -> datetime | None:
    """The aware UTC time of these milliseconds."""
    return None if ms is None else _EPOCH + ms * _MS
