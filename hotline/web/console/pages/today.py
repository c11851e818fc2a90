"""Today: what waits, the worst first."""

from flask import Response

from hotline.services.reach import figures
from hotline.web.console import lines, who
from hotline.web.console.visit import Visit, page

RELOADED = "60; url=/?auto"
"""Each minute, by an address that does not count as being there."""


def show(visit: Visit) -> Response:
    sees_reach = bool(visit.by.roles & who.BUT_TRANSLATOR)
    told = figures.newest_numbers(visit.kit) if sees_reach else None
    answer = page(visit, "today.html", lines=lines.today(visit.kit, visit.by), told=told)
    answer.headers["Refresh"] = RELOADED
    return answer
