"""What is installed: the wheel carries everything that is not Python, too."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_its_data(tmp_path: Path) -> None:
    """Migrations, translations, the campaign and the sample archive travel in the wheel."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("bot", "storage", "config"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source],
        check=True, capture_output=True,
    )  # fmt: skip
    wheel = next(tmp_path.glob("herald_bot-*.whl"))
    packed = set(zipfile.ZipFile(wheel).namelist())

    data = {
        str(file.relative_to(ROOT))
        for name in ("bot", "storage", "config")
        for file in (ROOT / name).rglob("*")
        if file.is_file() and file.suffix not in {".pyc", ".py"}
    }
    assert data <= packed
    assert {"config/campaign.toml", "storage/migrations/0001_first.sql", "bot/locale/ru.po"} <= data
    assert not [name for name in packed if name.startswith("tests/")]
