"""What an operator types. One file here is one command; this one runs them and ends them well."""

from __future__ import annotations

import os
import sys

import typer

from bot.cli import (
    anniversary,
    backfill,
    backup,
    demo,
    doctor,
    import_,
    latest,
    restore,
    run_,
    search,
    show,
    status,
)
from bot.cli.words import Failure, complain, usage
from config import SettingsError
from storage import DatabaseError, SealError

DONE, FAILED, WRONG = 0, 1, 2

app = typer.Typer(
    help="Herald reads a campaign's press releases, keeps them, and tells its subscribers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print values
    rich_markup_mode=None,
)
app.command("demo")(demo.main)
app.command("run")(run_.main)
app.command("backfill")(backfill.main)
app.command("import")(import_.main)
app.command("latest")(latest.main)
app.command("search", context_settings={"ignore_unknown_options": True})(search.main)
app.command("show")(show.main)
app.command("anniversary")(anniversary.main)
app.command("status")(status.main)
app.command("doctor")(doctor.main)
app.command("backup")(backup.main)
app.command("restore")(restore.main)


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code. Errors are one sentence on standard error."""
    try:
        code = app(args=arguments, prog_name="herald", standalone_mode=False)
        sys.stdout.flush()
    except SettingsError as error:
        complain(*error.sentences)
        return WRONG
    except (DatabaseError, SealError) as error:
        complain(str(error))
        return FAILED
    except Failure as error:
        complain(str(error))
        return error.code
    except typer.TyperException as error:
        if not arguments:
            print(error.format_message(), file=sys.stderr)
        else:
            complain(usage(error))
        return WRONG
    except (typer.Abort, KeyboardInterrupt):
        return FAILED
    except BrokenPipeError:
        # Whoever read us (head, less) has seen enough. What is left must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - a bug: its text may quote a secret, its place not
        from bot.logs import place

        where = place(error)
        complain(f"This is a fault in Herald: {type(error).__name__} at {where}. Please report it.")
        return FAILED
    return code if isinstance(code, int) else DONE
