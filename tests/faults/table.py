"""Every scenario, with what it must reach."""

from __future__ import annotations

from tests.faults import (
    changes,
    database,
    endings,
    kills,
    machines,
    matrix,
    power,
    refusals,
    storms,
)
from tests.faults.outcome import Scenario

NONE = "lost 0, twice 0"
QUIET = f"{NONE}, 0 inside a freeze"

SCENARIOS = (
    Scenario("kill -9 at 29/s", "lost 0, twice what was in flight, median <= 2", kills.at_29),
    Scenario("kill -9 at 300/s", "lost 0, twice what was in flight, median <= 23", kills.at_300),
    Scenario("kill -9 with the probe", NONE, kills.with_probe),
    Scenario("kill -9 with the probe, 300/s", NONE, kills.with_probe_at_300, in_ci=False),
    Scenario(
        "kill -9 while an audience is written", "lost 0, no row twice",
        endings.killed_while_written,
    ),
    Scenario("SIGTERM in a push", f"{NONE}, 0 within 10 s", endings.stopped),
    Scenario("429 at random", QUIET, storms.at_random),
    Scenario("429 for all, 30 s", f"{QUIET}, on within 5 s", storms.frozen),
    Scenario("429 for one group", f"{QUIET} of its own, nobody else waits", storms.hot_group),
    Scenario(
        "429 for the group that comes first", f"{QUIET} of its own, nobody else waits",
        storms.hot_group_first,
    ),
    Scenario("hidden delays", NONE, storms.hidden),
    Scenario("a broken server", "lost 0, twice what arrived untold", storms.broken),
    Scenario("a server that is away for 10 s", f"{NONE}, on within 5 s", storms.away),
    Scenario(
        "all falsely gone", f"{NONE}, paused after <= 200, nobody leaves",
        refusals.falsely_blocked,
    ),
    Scenario(
        "all falsely without rights", f"{NONE}, paused after <= 200, nobody leaves",
        refusals.falsely_without_rights,
    ),
    Scenario("one in thirty really gone", f"{NONE}, not paused", refusals.really_gone),
    Scenario("content refused", f"{NONE}, tried with one subscriber", refusals.content),
    Scenario("disk full", "lost 0, no send without its intent, /help answers", database.full),
    Scenario("read-only at the start", f"{NONE}, one line, nothing sent", database.read_only),
    Scenario("locked for 10 s", f"{NONE}, nothing sent meanwhile, /help answers", database.locked),
    Scenario("two at once", f"{NONE}, the second ends with 1 in 3 s", machines.two),
    Scenario(
        "asleep in a push", f"{NONE} within 35 s, else what was in flight; 31 in any second",
        machines.asleep, alone=True,
    ),
    Scenario("clock jumps", NONE, machines.clock_jumps),
    Scenario("groups move", f"{NONE}, all told", changes.migrated),
    Scenario("/unsubscribe in a push", f"{NONE}, nothing after 1 s", changes.unsubscribed),
    Scenario("/forget in a push", f"{NONE}, nothing after 1 s, no row kept", changes.forgotten),
    Scenario("cancelled at half", "<= 10 after the answer, counts exact", changes.cancelled),
    Scenario("matrix: kill -9 in a push", NONE, matrix.killed),
    Scenario("matrix: kill -9 at 100/s", NONE, matrix.killed_at_100, in_ci=False),
    Scenario("matrix: a server that is away for 3 s", NONE, matrix.server_away),
    Scenario(
        "power cut", "nothing committed lost, no send without its intent", power.cut, in_ci=False
    ),
)  # fmt: skip
