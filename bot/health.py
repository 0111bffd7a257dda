"""Whether Herald is alive, and whether it is ready: what each of its parts says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOT_YET = "it has not begun yet"


@dataclass(frozen=True, slots=True)
class Part:
    """One part and how it is; `why` is a few words of ours, "" while all is well."""

    name: str
    ok: bool
    why: str = ""


class Health:
    """Named parts. `awaited` are those without which Herald is not ready, and have yet to say so.

    What is given as a reason is shown to whoever asks: words of our own, never a library's.
    """

    def __init__(self, awaited: Iterable[str] = ()) -> None:
        self._parts = {name: Part(name, False, NOT_YET) for name in awaited}

    def report(self, part: str, ok: bool, why: str = "") -> None:
        """This part is well; or it is not, and for this reason, but will be again."""
        self._parts[part] = Part(part, ok, "" if ok else why)

    @property
    def waiting(self) -> list[Part]:
        """The parts that keep Herald from being ready."""
        return [part for part in self._parts.values() if not part.ok]
