"""Lists the console's pages in one table: what has no row here does not exist.

A new page is a view, a template and a row. `docs/console.md` explains it.
"""

from functools import partial

from hotline.domain.accounts.account import AccountRole
from hotline.statistics import pages as statistics
from hotline.web.console import who
from hotline.web.console.pages import accounts, approvals, audit, entering, outgoing, today
from hotline.web.console.people import desks, exercises, people, rolls
from hotline.web.console.tips import acting, persons, tips
from hotline.web.console.visit import Needs, OpenRoute, PageRoute, View
from hotline.web.console.who import phrase
from hotline.web.console.writing import choosing, flows
from hotline.web.console.writing.changes import changes, reading
from hotline.web.console.writing.editor import editor, operations
from hotline.web.console.writing.pictures import picture
from hotline.web.console.writing.wording import numbers, words

_post = partial(PageRoute, "POST")
_fresh = partial(_post, needs=Needs.FRESH)
_anew = partial(_post, needs=Needs.ANEW)
_key = partial(_post, needs=Needs.KEY)


def _page(rule: str, view: View, roles: frozenset[AccountRole], menu: str = "") -> PageRoute:
    """Returns the row of a page that changes nothing."""
    return PageRoute("GET", rule, view, roles, menu=menu)


CALL = "/call-backs/<int:call_back_id>"
TIP = "/tips/<int:tip_id>"
PERSON = "/people/<int:responder_id>"
CHANGE = "/changes/<int:change_id>"
FLOW = f"{CHANGE}/flows/<flow>"
NODE = f"{FLOW}/<node>"
ACCOUNT = "/accounts/<int:account_id>"
RELEASE = "/statistics/releases/<period>"

ROUTES: tuple[PageRoute | OpenRoute, ...] = (
    # the way in and out
    OpenRoute("GET", "/static/<name>", entering.static),
    OpenRoute("GET", "/enter", entering.ask),
    OpenRoute("POST", "/enter", entering.enter),
    OpenRoute("GET", "/recover", entering.ask_recovery),
    OpenRoute("POST", "/recover", entering.recover),
    OpenRoute("GET", "/welcome/<token>", entering.step),
    OpenRoute("POST", "/welcome/<token>", entering.take_step),
    _post("/leave", entering.leave, who.ALL),
    # for everybody
    _page("/", today.first, who.ALL),
    _page("/today", today.show, who.ALL, phrase("Today")),
    _page("/account", accounts.show, who.ALL),
    _post("/account/language", accounts.speak, who.ALL),
    _fresh("/account/password", accounts.change_password, who.ALL, "account_password_changed"),
    _post("/account/sessions", accounts.end_others, who.ALL),
    _page("/account/factor", accounts.factor, who.ALL),
    _anew("/account/factor", accounts.take_factor, who.ALL, "account_factor_changed"),
    _fresh("/account/link", accounts.refuse_link, who.ALL, "account_link_refused"),
    _anew("/account/paper", accounts.paper, who.ALL, "account_paper_made"),
    _fresh("/account/known", accounts.know, who.ALL, "account_renewal_known"),
    # tips, as desks may know of them
    _page("/tips", tips.listed, who.DESKS, phrase("Tips")),
    _page(TIP, tips.one, who.DESKS),
    _key(f"{TIP}/open", tips.read, who.DESKS, "tip_read"),
    _key(f"{TIP}/ask", tips.ask, who.DESKS, "question_asked"),
    _key(f"{TIP}/persons", persons.read, who.DESKS, "people_read"),
    _page(f"{TIP}/persons/<act>", persons.ask, who.DESKS),
    _key(f"{TIP}/persons/<act>", persons.note, who.DESKS, "person_noted"),
    _fresh(f"{TIP}/act", acting.act, who.DESKS),
    _fresh(f"{TIP}/close", acting.close, who.DESKS, "tip_closed"),
    _key(f"{TIP}/judge", acting.judge, who.NATIONAL, "tip_closed"),
    _fresh(f"{TIP}/reopen", acting.reopen, who.DESKS, "tip_reopened"),
    _fresh(f"{TIP}/helped", acting.helped, who.DESKS, "tip_helped"),
    _fresh(f"{TIP}/like", acting.say_like, who.DESKS, "tips_linked"),
    _fresh(f"{TIP}/hold", acting.hold, who.NATIONAL, "hold_placed"),
    _fresh(f"{TIP}/erasure", acting.erasure, who.NATIONAL, "erase_kept"),
    _fresh(f"{TIP}/manner", acting.manner, who.NATIONAL, "go_unseen"),
    _fresh(f"{TIP}/keep-from", acting.keep_from, who.NATIONAL, "tip_excluded"),
    _fresh(f"{TIP}/let-know", acting.let_know, who.NATIONAL, "tip_exclusion_lift_asked"),
    _page("/call-backs", acting.calls, who.NATIONAL, phrase("Call-backs")),
    _fresh(f"{CALL}/ask", acting.ask_call, who.NATIONAL, "call_back_wanted"),
    _fresh(f"{CALL}/approve", acting.approve_call, who.NATIONAL, "call_back_approved"),
    _key(f"{CALL}/open", acting.read_call, who.NATIONAL, "call_back_opened"),
    _fresh(f"{CALL}/done", acting.end_call, who.NATIONAL, "call_back_reached"),
    # what callers hear
    _page("/flows", flows.listed, who.BUT_AUDITOR, phrase("Flows")),
    _page("/flows/<flow>", flows.one, who.BUT_AUDITOR),
    _page("/flows/<flow>/picture", picture.show, who.BUT_AUDITOR),
    _page("/find", flows.find, who.BUT_AUDITOR),
    # words
    _page("/words", words.matrix, who.WORDS, phrase("Words")),
    _page("/words/questions", words.questions, who.WORDS),
    _post("/words/questions/<int:question_id>", words.settle, who.WRITING),
    _page("/words/<language>", words.one, who.WORDS),
    _post("/words/<language>", words.take, who.WORDS),
    _post("/words/<language>/part", words.part, who.WORDS),
    _page("/words/<language>/sheet", words.ask_sheet, who.WORDS),
    _post("/words/<language>/sheet", words.judge_sheet, who.WORDS),
    _page("/words/<language>/sheet/<kind>", words.sheet_file, who.WORDS),
    _post("/words/<language>/sheet/take", words.take_sheet, who.WORDS),
    _post("/words/<language>/sheet/refused", words.send_refused, who.WORDS),
    # changes of it
    _page("/changes", changes.listed, who.WORDS, phrase("Changes")),
    _page("/changes/new", changes.ask, who.WORDS),
    _post("/changes/new", changes.make, who.WORDS),
    _page(CHANGE, changes.show, who.WORDS),
    _fresh(f"{CHANGE}/propose", changes.propose, who.EDITOR, "change_proposed"),
    _fresh(f"{CHANGE}/drop", changes.drop, who.EDITOR, "change_dropped"),
    _post(f"{CHANGE}/steps/<int:step_id>/bring-back", changes.bring_back, who.EDITOR),
    _page(f"{CHANGE}/catch-up", choosing.ask, who.EDITOR),
    _post(f"{CHANGE}/catch-up", choosing.choose, who.EDITOR),
    _page(f"{CHANGE}/read", reading.read, who.READING),
    _page(f"{CHANGE}/print", reading.printed, who.READING),
    _fresh(f"{CHANGE}/approve", reading.approve, who.APPROVER, "change_published"),
    _fresh(f"{CHANGE}/send-back", reading.send_back, who.APPROVER, "change_sent_back"),
    _fresh(f"{CHANGE}/emergency", reading.emergency, who.APPROVER, "emergency_published"),
    _page("/live", reading.history, who.ALL),
    _page("/live/<int:publication_id>/bring-back", reading.ask_back, who.APPROVER),
    _fresh(
        "/live/<int:publication_id>/bring-back",
        reading.bring_back,
        who.APPROVER,
        "flows_brought_back",
    ),
    _page("/live/<int:publication_id>/confirm", reading.ask_confirm, who.APPROVER),
    _fresh(
        "/live/<int:publication_id>/confirm",
        reading.confirm,
        who.APPROVER,
        "emergency_confirmed",
    ),
    # a change: its screens
    _page(f"{CHANGE}/new-flow", operations.ask_flow, who.EDITOR),
    _post(f"{CHANGE}/new-flow", operations.begin, who.EDITOR),
    _page(FLOW, editor.flow, who.EDITOR),
    _page(f"{FLOW}/flow-marks", operations.ask_marks, who.EDITOR),
    _post(f"{FLOW}/flow-marks", operations.set_marks, who.EDITOR),
    _page(f"{FLOW}/take-out", operations.ask_take_out, who.EDITOR),
    _post(f"{FLOW}/take-out", operations.take_out, who.EDITOR),
    _page(f"{FLOW}/new-node", operations.ask_new, who.EDITOR),
    _post(f"{FLOW}/new-node", operations.add, who.EDITOR),
    _page(NODE, editor.show, who.EDITOR),
    _post(NODE, editor.take, who.EDITOR),
    _post(f"{NODE}/part", editor.part, who.EDITOR),
    _page(f"{NODE}/rename", operations.ask_rename, who.EDITOR),
    _post(f"{NODE}/rename", operations.rename, who.EDITOR),
    _page(f"{NODE}/delete", operations.ask_delete, who.EDITOR),
    _post(f"{NODE}/delete", operations.delete, who.EDITOR),
    # numbers and entries of a change
    _page(f"{CHANGE}/numbers", numbers.listed, who.EDITOR),
    _post(f"{CHANGE}/numbers", numbers.act, who.EDITOR),
    _post(f"{CHANGE}/numbers/new", numbers.add, who.EDITOR),
    _page(f"{CHANGE}/entries", numbers.entries, who.EDITOR),
    _post(f"{CHANGE}/entries", numbers.act_on_entries, who.EDITOR),
    _post(f"{CHANGE}/entries/new", numbers.add_entry, who.EDITOR),
    # people, desks, exercises, codes and approvals
    _page("/people", people.listed, who.PEOPLE, phrase("People")),
    _page("/people/new", people.ask_new, who.RUNNING),
    _fresh("/people/new", people.enrol, who.RUNNING, "responders_imported"),
    _page("/people/sheet", people.sheet, who.RUNNING),
    _post("/people/sheet", people.judge_sheet, who.RUNNING),
    _fresh("/people/sheet/take", people.take_sheet, who.RUNNING, "responders_imported"),
    _page(PERSON, people.one, who.PEOPLE),
    _fresh(f"{PERSON}/place", people.place, who.RUNNING, "responder_moved"),
    _fresh(f"{PERSON}/languages", people.speak, who.RUNNING, "responder_languages"),
    _fresh(f"{PERSON}/leave", people.leave, who.RUNNING, "responder_on_leave"),
    _fresh(f"{PERSON}/back", people.back, who.RUNNING, "responder_back"),
    _fresh(f"{PERSON}/number", people.number, who.RUNNING, "responder_number_wanted"),
    _fresh(f"{PERSON}/invite", people.invite, who.RUNNING, "responder_invited"),
    _fresh(f"{PERSON}/remove", people.remove, who.RUNNING, "responder_removed"),
    _page("/desks", desks.listed, who.PEOPLE, phrase("Desks")),
    _page("/desks/<code>", desks.one, who.PEOPLE),
    _fresh("/desks/<code>/ask", desks.ask, who.ADMIN, "desk_admission_asked"),
    _fresh("/desks/<code>/remove", desks.remove, who.RUNNING, "desk_left"),
    _key("/desks/<code>/key", desks.give_key, who.DESKS, "desk_key_given"),
    _page("/exercises", exercises.listed, who.RUNNING, phrase("Exercises")),
    _fresh("/exercises", exercises.start, who.RUNNING, "exercise_started"),
    _fresh("/exercises/<int:exercise_id>/end", exercises.end, who.RUNNING, "exercise_ended"),
    _page("/codes", rolls.listed, who.RUNNING, phrase("Codes to join")),
    _fresh("/codes/<roll>", rolls.make, who.RUNNING, "leaders_code_made"),
    _fresh("/codes/<roll>/end", rolls.end, who.RUNNING, "leaders_codes_ended"),
    _fresh("/codes/<roll>/remove", rolls.remove, who.RUNNING, "leaders_removed"),
    _post("/codes/certificate/check", rolls.check, who.RUNNING),
    _page("/approvals", approvals.listed, who.DECIDING, phrase("Approvals")),
    _key("/approvals/<int:approval_id>", approvals.decide, who.DECIDING, "account_role_given"),
    # statistics
    _page("/statistics", statistics.overview, who.BUT_TRANSLATOR, phrase("Statistics")),
    _page("/statistics/board", statistics.board, who.DESKS),
    _page("/statistics/use", statistics.use, who.BUT_TRANSLATOR),
    _page("/statistics/targets", statistics.targets, who.LEADING),
    _fresh("/statistics/targets", statistics.set_targets, who.LEADING, "target_set"),
    _page("/statistics/results", statistics.results, who.BUT_TRANSLATOR),
    _page(RELEASE, statistics.release, who.BUT_TRANSLATOR),
    _page(f"{RELEASE}/files", statistics.files, who.BUT_TRANSLATOR),
    _page(f"{RELEASE}/report/<language>", statistics.report, who.BUT_TRANSLATOR),
    _fresh(f"{RELEASE}/approve", statistics.approve, who.RELEASING, "release_approved"),
    # who may do what, and who did
    _page("/accounts", accounts.listed, who.ADMIN, phrase("Accounts")),
    _fresh("/accounts", accounts.invite, who.ADMIN, "account_invited"),
    _page(ACCOUNT, accounts.one, who.ADMIN),
    _fresh(f"{ACCOUNT}/roles", accounts.set_roles, who.ADMIN, "account_role_given"),
    _page(f"{ACCOUNT}/link", accounts.ask_link, who.ADMIN),
    _fresh(f"{ACCOUNT}/link", accounts.link, who.ADMIN, "account_link_asked"),
    _page(f"{ACCOUNT}/suspend", accounts.ask_suspend, who.ADMIN),
    _fresh(f"{ACCOUNT}/suspend", accounts.suspend, who.ADMIN, "account_suspended"),
    _fresh(f"{ACCOUNT}/lift", accounts.lift, who.ADMIN, "account_suspension_lifted"),
    _page(f"{ACCOUNT}/end", accounts.ask_end, who.ADMIN),
    _fresh(f"{ACCOUNT}/end", accounts.end, who.ADMIN, "account_ended"),
    # whether messages go out, and who is notified when something is wrong
    _page("/outgoing", outgoing.show, who.RUNNING, phrase("Outgoing queue")),
    _fresh("/outgoing/pause", outgoing.pause, who.ADMIN, "lane_held"),
    _fresh("/outgoing/resume", outgoing.resume, who.RUNNING, "lane_released"),
    _fresh("/outgoing/review", outgoing.review, who.RUNNING, "given_up_answered"),
    _page("/oncall", outgoing.contacts, who.ADMIN, phrase("On-call contacts")),
    _fresh("/oncall", outgoing.add_contact, who.ADMIN, "watcher_added"),
    _fresh(
        "/oncall/<int:contact_id>/remove", outgoing.remove_contact, who.ADMIN, "watcher_removed"
    ),
    _fresh("/oncall/test", outgoing.test_contacts, who.ADMIN),
    _fresh("/oncall/alarms/<alarm>", outgoing.acknowledge, who.ADMIN, "alarm_acknowledged"),
    _fresh("/oncall/handset", outgoing.enrol_handset, who.ADMIN, "trial_handset_enrolled"),
    _page("/audit", audit.listed, who.AUDIT, phrase("Audit")),
    _page("/audit/verify", audit.verify, who.AUDIT),
)
