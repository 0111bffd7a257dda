"""Nothing outside the storage room sees SQL or an engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(f for room in ("bot", "config") for f in (ROOT / room).rglob("*.py"))

STATEMENT = re.compile(
    r"\bSELECT\s.+\sFROM\s|\bINSERT\s+(OR\s+\w+\s+)?INTO\s|\bUPDATE\s+\w+\s+SET\s|\bDELETE\s+FROM\s"
    r"|\bCREATE\s+(UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX)\s|^\s*PRAGMA\s|\bBEGIN\s+IMMEDIATE\b",
    re.DOTALL,
)
ENGINES = {"sqlite3", "aiosqlite"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_sql_and_no_engine_outside(file: Path) -> None:
    """No file of bot/ or config/ holds a statement, or imports what would run one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))

    assert ENGINES.isdisjoint(imported(tree))
    assert [text for text in strings(tree) if STATEMENT.search(text)] == []


@pytest.mark.parametrize(
    "text",
    ["SELECT 1 FROM facts", "INSERT OR IGNORE INTO a VALUES", "UPDATE a SET b", "PRAGMA x = 1",
     "DELETE FROM a", "CREATE UNIQUE INDEX a"],
)  # fmt: skip
def test_statements_are_known_when_they_are_seen(text: str) -> None:
    """What the search above looks for is what statements look like."""
    assert STATEMENT.search(text)
