"""Shows Today: the waiting tasks and problems, most urgent first."""

from flask import Response

from hotline.statistics import pages as statistics
from hotline.web.console import lines, who
from hotline.web.console.visit import Visit, page

RELOADED = "60; url={path}?auto"
"""Reloads the page each minute, by an address that does not keep the session active."""


def first(visit: Visit) -> Response:
    """Shows Today to desks and to authors of texts, and the overview of statistics to all others."""
    if visit.by.roles & who.WORKING or not visit.by.roles & who.BUT_TRANSLATOR:
        return show(visit)
    return statistics.overview(visit, lines.today(visit.kit, visit.by))


def show(visit: Visit) -> Response:
    """Shows the lines for this account."""
    answer = page(visit, "today.html", lines=lines.today(visit.kit, visit.by))
    answer.headers["Refresh"] = RELOADED.format(path=visit.path.partition("?")[0])
    return answer
