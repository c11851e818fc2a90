"""Writes deploy/prometheus-rules.yml from the table of alarms and the table of service levels.

    .venv/bin/python tools/alert_rules.py

Each alert names its section of docs/runbook.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from hotline.alarms.rules import DANGER, HOP, PATIENCE, REMINDED_LATER, Alarm

FILE = Path(__file__).resolve().parents[1] / "deploy" / "prometheus-rules.yml"
HEAD = "# Written by tools/alert_rules.py. Do not edit.\n"
PAGE, TICKET = "page", "ticket"
FORTNIGHT = 14 * 86_400
BURNS = ((14.4, "1h", "5m", PAGE), (6.0, "6h", "30m", PAGE), (1.0, "3d", "6h", TICKET))
"""The alerts about slow hops, each with four values. A month has an allowed number of slow hops. The first value says
how many times faster than allowed the hotline uses up this number. The other values are the longer and the shorter
period that Prometheus measures, and the severity of the alert.
"""
SHORT = f'hotline_hook_seconds_bucket{{hook="ussd",outcome!="failed",le="{HOP.seconds}"}}'
ALL = 'hotline_hook_seconds_count{hook="ussd"}'


def rule(
    name: str, expr: str, section: str, summary: str, *, wait: str, severity: str
) -> dict[str, Any]:
    anchor = section.lower().replace(" ", "-")
    return {
        "alert": name,
        "expr": expr,
        "for": wait,
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "runbook": f"docs/runbook.md#{anchor}"},
    }


def alarms() -> Iterator[dict[str, Any]]:
    """Yields an alert for each alarm. Also yields one alert for all other checks of the command `hotline doctor` that
    the monitor makes.
    """
    for alarm in Alarm:
        name = "Hotline" + "".join(word.capitalize() for word in alarm.replace("-", " ").split())
        wait = f"{int(PATIENCE[alarm].total_seconds())}s" if alarm in PATIENCE else "0s"
        severity = TICKET if alarm in REMINDED_LATER else PAGE
        expr, summary = f'hotline_wrong{{part="{alarm}"}} > 0', f"The check '{alarm}' is wrong"
        yield rule(name, expr, alarm, summary, wait=wait, severity=severity)
    other_checks = f'hotline_wrong{{part!~"{"|".join(Alarm)}"}} > 0'
    summary, section = (
        "The check '{{ $labels.part }}' is wrong",
        "Other lines in the output of the doctor",
    )
    yield rule("HotlineOther", other_checks, section, summary, wait="5m", severity=TICKET)


def machines() -> Iterator[dict[str, Any]]:
    """Yields the alerts about the monitor, the workers, the database and the certificates."""
    summary, expr = "The monitor gives no values", "absent(hotline_wrong)"
    yield rule("HotlineSilent", expr, "Metrics", summary, wait="2m", severity=PAGE)
    summary, expr = "No worker runs for the queue {{ $labels.queue }}", "hotline_workers_up == 0"
    section = "Other lines in the output of the doctor"
    yield rule("HotlineWorkersDown", expr, section, summary, wait="2m", severity=PAGE)
    summary, expr = "A commit takes longer than a second", "hotline_commit_seconds > 1"
    yield rule("HotlineCommitSlow", expr, "database", summary, wait="2m", severity=PAGE)
    summary = "The certificate of the {{ $labels.of }} ends within two weeks"
    expr = f"hotline_certificate_seconds < {FORTNIGHT}"
    yield rule("HotlineCertificate", expr, "certificate", summary, wait="1h", severity=TICKET)


def levels() -> Iterator[dict[str, Any]]:
    """Yields the alerts about the service levels. In a month with a thousand tips about a danger, a single late alert
    already uses up the allowed number of late alerts.
    """
    section = "Service levels"
    summary = f"An alert about a danger was not accepted within {DANGER.seconds:g} seconds"
    expr = "hotline_danger_late > 0"
    yield rule("HotlineDangerLate", expr, section, summary, wait="0s", severity=PAGE)
    for times, long, short, severity in BURNS:
        most = round(times * (1 - HOP.target), 4)
        slow = (
            f"1 - sum(rate({SHORT}[{period}])) / sum(rate({ALL}[{period}])) > {most}"
            for period in (long, short)
        )
        summary = f"Hops slower than {HOP.seconds:g} seconds spend the month's budget {times:g} times too fast"
        yield rule(
            f"HotlineHopsSlow{long}",
            " and ".join(slow),
            section,
            summary,
            wait="2m",
            severity=severity,
        )
    summary, expr = (
        "The service level {{ $labels.level }} is not kept",
        "hotline_service_level_kept == 0",
    )
    yield rule("HotlineLevelMissed", expr, section, summary, wait="1h", severity=TICKET)


def text() -> str:
    groups = {"hotline-alarms": alarms, "hotline-machines": machines, "hotline-levels": levels}
    found = {"groups": [{"name": name, "rules": [*rules()]} for name, rules in groups.items()]}
    return HEAD + yaml.safe_dump(found, sort_keys=False, width=1000)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
