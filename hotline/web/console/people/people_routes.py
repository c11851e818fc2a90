"""The rows of people, desks and approvals in the one table of pages."""

from hotline.web.console import who
from hotline.web.console.pages import approvals
from hotline.web.console.people import desks, enrolling, exercises, people, rolls
from hotline.web.console.route import Needs, PageRoute
from hotline.web.console.who import phrase

PERSON = "/people/<int:responder_id>"

PEOPLE_ROUTES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/people", people.listed, who.PEOPLE, menu=phrase("People")),
    PageRoute("GET", "/people/new", enrolling.ask, who.RUNNING),
    PageRoute(
        "POST", "/people/new", enrolling.make, who.RUNNING, Needs.FRESH, "responders_imported"
    ),
    PageRoute("GET", "/people/sheet", enrolling.sheet, who.RUNNING),
    PageRoute("POST", "/people/sheet", enrolling.judge, who.RUNNING),
    PageRoute(
        "POST",
        "/people/sheet/take",
        enrolling.take,
        who.RUNNING,
        Needs.FRESH,
        "responders_imported",
    ),
    PageRoute("GET", PERSON, people.one, who.PEOPLE),
    PageRoute("POST", f"{PERSON}/place", people.place, who.RUNNING, Needs.FRESH, "responder_moved"),
    PageRoute(
        "POST", f"{PERSON}/languages", people.speak, who.RUNNING, Needs.FRESH, "responder_languages"
    ),
    PageRoute(
        "POST", f"{PERSON}/leave", people.leave, who.RUNNING, Needs.FRESH, "responder_on_leave"
    ),
    PageRoute("POST", f"{PERSON}/back", people.back, who.RUNNING, Needs.FRESH, "responder_back"),
    PageRoute(
        "POST",
        f"{PERSON}/number",
        people.number,
        who.RUNNING,
        Needs.FRESH,
        "responder_number_wanted",
    ),
    PageRoute(
        "POST", f"{PERSON}/invite", people.invite, who.RUNNING, Needs.FRESH, "responder_invited"
    ),
    PageRoute(
        "POST", f"{PERSON}/remove", people.remove, who.RUNNING, Needs.FRESH, "responder_removed"
    ),
    PageRoute("GET", "/desks", desks.listed, who.PEOPLE, menu=phrase("Desks")),
    PageRoute("GET", "/desks/<code>", desks.one, who.PEOPLE),
    PageRoute(
        "POST", "/desks/<code>/ask", desks.ask, who.ADMIN, Needs.FRESH, "desk_admission_asked"
    ),
    PageRoute("POST", "/desks/<code>/remove", desks.remove, who.RUNNING, Needs.FRESH, "desk_left"),
    PageRoute("POST", "/desks/<code>/key", desks.give_key, who.DESKS, Needs.KEY, "desk_key_given"),
    PageRoute("GET", "/exercises", exercises.listed, who.RUNNING, menu=phrase("Exercises")),
    PageRoute("POST", "/exercises", exercises.start, who.RUNNING, Needs.FRESH, "exercise_started"),
    PageRoute(
        "POST",
        "/exercises/<int:exercise_id>/end",
        exercises.end,
        who.RUNNING,
        Needs.FRESH,
        "exercise_ended",
    ),
    PageRoute("GET", "/codes", rolls.listed, who.RUNNING, menu=phrase("Codes to join")),
    PageRoute("POST", "/codes/<roll>", rolls.make, who.RUNNING, Needs.FRESH, "leaders_code_made"),
    PageRoute(
        "POST", "/codes/<roll>/end", rolls.end, who.RUNNING, Needs.FRESH, "leaders_codes_ended"
    ),
    PageRoute(
        "POST", "/codes/<roll>/remove", rolls.remove, who.RUNNING, Needs.FRESH, "leaders_removed"
    ),
    PageRoute("POST", "/codes/certificate/check", rolls.check, who.RUNNING),
    PageRoute("GET", "/approvals", approvals.listed, who.DECIDING, menu=phrase("Approvals")),
    PageRoute(
        "POST",
        "/approvals/<int:approval_id>",
        approvals.decide,
        who.DECIDING,
        Needs.KEY,
        "account_role_given",
    ),
)
