"""The rows of the dashboards in the one table of pages."""

from hotline.web.console import who
from hotline.web.console.evidence import dashboards
from hotline.web.console.route import PageRoute
from hotline.web.console.who import phrase

EVIDENCE_ROUTES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/evidence", dashboards.month, who.BUT_TRANSLATOR, menu=phrase("Figures")),
    PageRoute("GET", "/evidence/reach", dashboards.reach, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/answer", dashboards.answer, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/help", dashboards.help_, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/learning", dashboards.learning, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/line", dashboards.line, who.BUT_TRANSLATOR),
    PageRoute("GET", "/evidence/<dashboard>/sheet/<table>", dashboards.sheet, who.BUT_TRANSLATOR),
)
