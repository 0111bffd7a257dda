"""The least of a container engine: reads a Containerfile and builds it below a folder.

Every stage is a root of its own, on the host's own programs and interpreter, which are mounted
read-only. Run as root in a mount namespace of its own: what it mounts ends with that.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32")
PASSED = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT", "REQUESTS_CA")


@dataclass
class Image:
    """A stage at work: its root, and what its lines have set."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    folder: str = "/"
    volumes: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(self, command: list[str]) -> None:
        """Do this as root inside; raises CalledProcessError."""
        subprocess.run(self.inside(command), env=self.environment(), check=True)

    def inside(self, command: list[str], *before: str) -> list[str]:
        go = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        return ["chroot", str(self.root), *before, "/bin/sh", "-c", go]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k.upper().startswith(PASSED)}
        path = f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        made = kept | {"PATH": path, "HOME": "/nonexistent", "LANG": "C.UTF-8"}
        for name, value in self.env.items():
            made[name] = value.replace("$PATH", made["PATH"])
        return made


def build(file: Path, context: Path, below: Path) -> Image:
    """Build every stage; returns the last. A word it does not know raises ValueError."""
    stages: dict[str, Image] = {}
    image: Image | None = None
    for word, rest in lines(file):
        if word == "FROM":
            name = rest.split()[-1] if " AS " in rest.upper() else f"stage{len(stages)}"
            image = stages[name] = Image(root(below / name))
            continue
        if image is None:
            raise ValueError(f"{word} stands before FROM")
        print(f"{word} {rest}", flush=True)
        step(image, stages, context, word, rest)
    if image is None:
        raise ValueError("there is no FROM")
    return image


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """Each instruction and what follows it, continued lines joined."""
    text = file.read_text(encoding="utf-8")
    whole = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in whole.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, " ".join(rest.split())


def step(image: Image, stages: dict[str, Image], context: Path, word: str, rest: str) -> None:
    match word:
        case "RUN":
            image.run(["/bin/sh", "-ec", rest])
        case "COPY":
            copy(image, stages, context, rest.split())
        case "ENV":
            image.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        case "USER":
            image.user = rest
        case "WORKDIR":
            image.folder = rest
        case "VOLUME":
            image.volumes = json.loads(rest)
        case "CMD":
            image.command = json.loads(rest)
        case "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
        case "STOPSIGNAL":
            assert rest == "SIGTERM"
        case _:
            raise ValueError(f"{word} is not known here")


def copy(image: Image, stages: dict[str, Image], context: Path, words: list[str]) -> None:
    """A folder's contents, or files, into the last of these words."""
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")].root
    *names, target = words
    for name in names:
        found, into = source / name.lstrip("/"), image.root / target.lstrip("/")
        if found.is_dir():
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True)
        else:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into)


def root(new: Path) -> Path:
    """A root with the host's programs, read-only, and an /etc of its own."""
    new.mkdir()
    for folder in ("proc", "dev", "tmp", "opt", "var/lib", "nonexistent"):
        (new / folder).mkdir(parents=True)
    (new / "tmp").chmod(0o1777)
    shutil.copytree("/etc", new / "etc", symlinks=True, ignore_dangling_symlinks=True)
    for name in [*SYSTEM, sys.base_prefix]:
        if Path(name).is_symlink():
            (new / name.lstrip("/")).symlink_to(Path(name).readlink())
        elif Path(name).exists() and not name.startswith("/usr/"):
            mount(name, new / name.lstrip("/"), "ro")
    for name in ("/proc", "/dev"):
        mount(name, new / name.lstrip("/"))
    return new


def mount(what: str, where: Path, *options: str) -> None:
    """What is on the host, seen there too."""
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--rbind", what, str(where)], check=True)
    if options:
        how = f"remount,bind,{','.join(options)}"
        subprocess.run(["mount", "-o", how, str(where)], check=True)
