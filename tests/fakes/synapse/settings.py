"""How the Synapse of the tests is set up: alone, on loopback, with every limiter lifted."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
NAME = "synapse.test"  # RFC 6761: nobody else's, ever
SECRET = "tests may register"

Rate = Mapping[str, float]  # per_second and burst_count, as Synapse has them
OPEN: Rate = {"per_second": 100_000, "burst_count": 100_000}
# Synapse's own: twelve a minute (synapse/config/ratelimiting.py).
USUAL: Rate = {"per_second": 0.2, "burst_count": 10}


def write(folder: Path, port: int, messages: Rate = OPEN) -> Path:
    """Write the settings, a log's and a signing key; where the settings are."""
    folder.mkdir(parents=True, exist_ok=True)
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
    _json(folder / "log.yaml", _log(folder))
    return _json(folder / "homeserver.yaml", _homeserver(folder, port, messages))


def _json(file: Path, content: Mapping[str, Any]) -> Path:
    """JSON is YAML, too."""
    file.write_text(json.dumps(content, indent=1))
    return file


def _homeserver(folder: Path, port: int, messages: Rate) -> dict[str, Any]:
    return {
        "server_name": NAME,
        "public_baseurl": f"http://{HOST}:{port}/",
        "listeners": [{
            "port": port, "bind_addresses": [HOST], "type": "http", "tls": False,
            "resources": [{"names": ["client"], "compress": False}],
        }],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.yaml"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": SECRET,
        "form_secret": SECRET,
        "bcrypt_rounds": 4,  # the least there is: no password here is a secret
        "report_stats": False,
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "presence": {"enabled": False},
        "user_directory": {"enabled": False},
        "url_preview_enabled": False,
        **_limiters(messages),
    }  # fmt: skip


def _limiters(messages: Rate) -> dict[str, Any]:
    """As they are in synapse/config/ratelimiting.py."""
    names = (
        "rc_registration", "rc_registration_token_validity", "rc_admin_redaction",
        "rc_joins_per_room", "rc_key_requests", "rc_media_create", "rc_room_creation",
        "rc_reports", "rc_delayed_event_mgmt", "rc_user_directory", "rc_profile",
        "rc_3pid_validation", "rc_third_party_invite",
    )  # fmt: skip
    nested = {
        "rc_login": ("address", "account", "failed_attempts"),
        "rc_joins": ("local", "remote"),
        "rc_invites": ("per_room", "per_user", "per_issuer"),
        "rc_presence": ("per_user",),
    }
    groups = {name: dict.fromkeys(parts, OPEN) for name, parts in nested.items()}
    return {"rc_message": messages, **dict.fromkeys(names, OPEN), **groups}


def _log(folder: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {
            "class": "logging.FileHandler", "formatter": "line",
            "filename": str(folder / "synapse.log"),
        }},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }  # fmt: skip
