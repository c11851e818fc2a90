"""The rows of tips and calls in the console's one table."""

from hotline.web.console import who
from hotline.web.console.route import Needs, PageRoute
from hotline.web.console.tips import acting, calls, opening, persons, tips
from hotline.web.console.who import phrase

CALL = "/call-backs/<int:call_back_id>"
TIP = "/tips/<int:tip_id>"

TIP_ROUTES = (
    PageRoute("GET", "/tips", tips.listed, who.DESKS, menu=phrase("Tips")),
    PageRoute("GET", TIP, tips.one, who.DESKS),
    PageRoute("POST", f"{TIP}/open", opening.read, who.DESKS, Needs.KEY, "tip_read"),
    PageRoute("POST", f"{TIP}/ask", opening.ask, who.DESKS, Needs.KEY, "question_asked"),
    PageRoute("POST", f"{TIP}/persons", persons.read, who.DESKS, Needs.KEY, "people_read"),
    PageRoute("GET", f"{TIP}/persons/<act>", persons.ask, who.DESKS),
    PageRoute("POST", f"{TIP}/persons/<act>", persons.note, who.DESKS, Needs.KEY, "person_noted"),
    PageRoute("POST", f"{TIP}/act", acting.act, who.DESKS, Needs.FRESH),
    PageRoute("POST", f"{TIP}/close", acting.close, who.DESKS, Needs.FRESH, "tip_closed"),
    PageRoute("POST", f"{TIP}/judge", acting.judge, who.NATIONAL, Needs.KEY, "tip_closed"),
    PageRoute("POST", f"{TIP}/reopen", acting.reopen, who.DESKS, Needs.FRESH, "tip_reopened"),
    PageRoute("POST", f"{TIP}/helped", acting.helped, who.DESKS, Needs.FRESH, "tip_helped"),
    PageRoute("POST", f"{TIP}/like", acting.say_like, who.DESKS, Needs.FRESH, "tips_linked"),
    PageRoute("POST", f"{TIP}/hold", acting.hold, who.NATIONAL, Needs.FRESH, "hold_placed"),
    PageRoute("POST", f"{TIP}/erasure", acting.erasure, who.NATIONAL, Needs.FRESH, "erase_kept"),
    PageRoute("POST", f"{TIP}/manner", acting.manner, who.NATIONAL, Needs.FRESH, "go_unseen"),
    PageRoute(
        "POST", f"{TIP}/keep-from", acting.keep_from, who.NATIONAL, Needs.FRESH, "tip_excluded"
    ),
    PageRoute(
        "POST",
        f"{TIP}/let-know",
        acting.let_know,
        who.NATIONAL,
        Needs.FRESH,
        "tip_exclusion_lift_asked",
    ),
    PageRoute("GET", "/call-backs", calls.listed, who.NATIONAL, menu=phrase("Call-backs")),
    PageRoute("POST", f"{CALL}/ask", calls.ask, who.NATIONAL, Needs.FRESH, "call_back_wanted"),
    PageRoute(
        "POST", f"{CALL}/approve", calls.approve, who.NATIONAL, Needs.FRESH, "call_back_approved"
    ),
    PageRoute("POST", f"{CALL}/open", calls.read, who.NATIONAL, Needs.KEY, "call_back_opened"),
    PageRoute("POST", f"{CALL}/done", calls.end, who.NATIONAL, Needs.FRESH, "call_back_reached"),
)
