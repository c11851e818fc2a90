"""Does what people do on pages of the console, by calling the same functions. The environment variables contain the
settings of the hotline.

The comparison runs this file with the code of both checkouts. So this file imports only names that both must have.
"""

import os
import sys
from contextlib import closing
from operator import call
from pathlib import Path

from hotline.alerts import rules_escalation, service_drills
from hotline.cli import people
from hotline.cli.contexts import build_console
from hotline.core.actors import Actor
from hotline.core.contexts import ConsoleContext
from hotline.core.settings import Settings
from hotline.duty import service_enrolment
from hotline.programmes import rules
from hotline.programmes import service_enrolment as programmes
from tests.support import deciding


def approve(context: ConsoleContext, name: str) -> None:
    """Approves an enrolment as Admin 2, and deletes the account of this admin."""
    deciding.approves_by_name(context, "Admin 2", name)


def change_number(context: ConsoleContext, name: str, number: str, paper: str) -> None:
    by, change = Actor("Admin 1"), service_enrolment.change_number
    made: service_enrolment.StartPaper | None = call(change, context, by, name, number, "compare")
    # One admin alone cannot print a start PIN. The call above only requested the start PIN, and a second admin must
    # approve.
    if made is None:
        made = deciding.prints_start_pin(context, by, name)
    people.write(Path(paper), made)


def make_code(context: ConsoleContext, programme: str) -> None:
    kind = rules.Programme(programme)
    sys.stdout.write(programmes.create_code(context, kind, "Gasabo", by="Editor 1")[0])


def start_drill(context: ConsoleContext, desk: str) -> None:
    drill = rules_escalation.DrillRequest(desk)
    service_drills.start(context, drill, by=Actor("Admin 1"), reason="the week of drills")


SCRIPTS = {one.__name__: one for one in (approve, change_number, make_code, start_drill)}

if __name__ == "__main__":
    context = build_console(Settings.read(os.environ))
    with closing(context.database):
        SCRIPTS[sys.argv[1]](context, *sys.argv[2:])
