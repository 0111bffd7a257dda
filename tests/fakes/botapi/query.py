"""A request as a method sees it: arguments as text, however they travelled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.botapi.refusals import RefusedError, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in one part of a multipart body."""

    data: bytes
    name: str = ""
    mime: str = ""


@dataclass(slots=True)
class Query:
    """One call: method in small letters, arguments, files; `warnings` go to the truth log.

    `note` is the description that some successes carry. `came` is the loop's time when it came
    in, `back` the seconds that its answer will travel.
    """

    method: str
    arguments: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    note: str = ""
    came: float = 0
    back: float = 0

    def text(self, name: str) -> str:
        """The argument, "" where it is missing (Query.h, arg)."""
        return self.arguments.get(name, "")

    def flag(self, name: str) -> bool:
        """A boolean as Client.cpp, to_bool, reads it."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def integer(self, name: str, usual: int = 0, least: int | None = None, most: int = 0) -> int:
        """A number, brought between `least` and `most` if those are given (get_integer_arg)."""
        try:
            number = int(self.text(name))
        except ValueError:
            number = usual
        return number if least is None else max(least, min(number, most))

    def json(self, name: str, what: str) -> Any:
        """An argument that is JSON, None where it is missing; 400 where it cannot be read."""
        if not self.text(name):
            return None
        try:
            return json.loads(self.text(name))
        except ValueError:
            raise bad_request(f"Can't parse {what} JSON object") from None


async def read_query(request: web.Request) -> Query:
    """Read the URL's query and a form, JSON or multipart body (Bot API, "Making requests")."""
    query = Query(request.match_info["method"].lower(), dict(request.query))
    if request.content_type == "application/json":
        query.arguments |= await _json_body(request)
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, query)
    else:
        fields = await request.post()
        query.arguments |= {name: str(value) for name, value in fields.items()}
    return query


async def _json_body(request: web.Request) -> dict[str, str]:
    """HttpReader.cpp, parse_json_parameters: values that are not strings stay JSON."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise RefusedError(400, "Bad Request: can't parse parameters JSON object") from None
    if not isinstance(body, dict):
        raise RefusedError(400, "Bad Request: expected an Object")
    return as_arguments(body)


def as_arguments(body: dict[str, Any]) -> dict[str, str]:
    """A JSON object as arguments."""
    return {name: _as_text(value) for name, value in body.items() if value is not None}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _read_parts(request: web.Request, query: Query) -> None:
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            query.files[name] = Upload(value.file.read(), value.filename, value.content_type)
            value.file.close()
        else:
            query.arguments[name] = str(value)
