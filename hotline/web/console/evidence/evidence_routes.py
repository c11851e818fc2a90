"""The rows of the dashboards, and of figures that are taken out, in the one table of pages."""

from hotline.statistics import pages
from hotline.web.console import who
from hotline.web.console.evidence import dashboards, exports, report_prints
from hotline.web.console.route import Needs, PageRoute
from hotline.web.console.who import phrase

EVIDENCE_ROUTES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/statistics", pages.overview, who.BUT_TRANSLATOR, menu=phrase("Statistics")),
    PageRoute("GET", "/statistics/board", pages.board, who.DESKS),
    PageRoute("GET", "/statistics/use", pages.use, who.BUT_TRANSLATOR),
    PageRoute("GET", "/statistics/targets", pages.targets, pages.LEADING),
    PageRoute(
        "POST", "/statistics/targets", pages.set_targets, pages.LEADING, Needs.FRESH, "target_set"
    ),
    PageRoute("GET", "/statistics/releases/<period>", pages.release, who.BUT_TRANSLATOR),
    PageRoute("GET", "/statistics/releases/<period>/files", pages.files, who.BUT_TRANSLATOR),
    PageRoute(
        "POST",
        "/statistics/releases/<period>/approve",
        pages.approve,
        pages.APPROVING,
        Needs.FRESH,
        "release_approved",
    ),
    PageRoute("GET", "/evidence", dashboards.month, who.BUT_TRANSLATOR, menu=phrase("Figures")),
    PageRoute("GET", "/evidence/reach", dashboards.reach, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/screens", dashboards.screens, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/answer", dashboards.answer, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/help", dashboards.help_, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/learning", dashboards.learning, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/line", dashboards.line, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/dictionary", dashboards.dictionary, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/exports", exports.listed, who.RUNNING),
    PageRoute(
        "POST", "/evidence/exports", exports.ask, who.RUNNING, Needs.FRESH, "figures_export_asked"
    ),
    PageRoute(
        "POST",
        "/evidence/exports/<int:approval_id>/take",
        exports.take,
        who.RUNNING,
        Needs.FRESH,
        "figures_exported",
    ),
    PageRoute("POST", "/evidence/print", report_prints.ask, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/print/<int:print_id>", report_prints.show, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/print/<int:print_id>/file", report_prints.take, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/<dashboard>/sheet/<table>", dashboards.sheet, who.BUT_TRANSLATOR),
)
