"""Lists the console's pages in one table: what has no row here does not exist.

A new page is a view, a template and a row. `docs/console.md` explains it.
"""

from hotline.statistics import pages as statistics
from hotline.web.console import who
from hotline.web.console.pages import accounts, approvals, audit, entering, oncall, outgoing, today
from hotline.web.console.people import desks, exercises, people, rolls
from hotline.web.console.tips import acting, calls, persons, tips
from hotline.web.console.visit import Needs, OpenRoute, PageRoute
from hotline.web.console.who import phrase
from hotline.web.console.writing import choosing, flows
from hotline.web.console.writing.changes import changes, reading
from hotline.web.console.writing.editor import editor, operations
from hotline.web.console.writing.pictures import picture
from hotline.web.console.writing.wording import numbers, words

CALL = "/call-backs/<int:call_back_id>"
TIP = "/tips/<int:tip_id>"

TIP_ROUTES = (
    PageRoute("GET", "/tips", tips.listed, who.DESKS, menu=phrase("Tips")),
    PageRoute("GET", TIP, tips.one, who.DESKS),
    PageRoute("POST", f"{TIP}/open", tips.read, who.DESKS, Needs.KEY, "tip_read"),
    PageRoute("POST", f"{TIP}/ask", tips.ask, who.DESKS, Needs.KEY, "question_asked"),
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


PERSON = "/people/<int:responder_id>"

PEOPLE_ROUTES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/people", people.listed, who.PEOPLE, menu=phrase("People")),
    PageRoute("GET", "/people/new", people.ask_new, who.RUNNING),
    PageRoute("POST", "/people/new", people.enrol, who.RUNNING, Needs.FRESH, "responders_imported"),
    PageRoute("GET", "/people/sheet", people.sheet, who.RUNNING),
    PageRoute("POST", "/people/sheet", people.judge_sheet, who.RUNNING),
    PageRoute(
        "POST",
        "/people/sheet/take",
        people.take_sheet,
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
    PageRoute("POST", "/leave", entering.leave, who.ALL),
    # for everybody
    PageRoute("GET", "/", today.first, who.ALL),
    PageRoute("GET", "/today", today.show, who.ALL, menu=phrase("Today")),
    PageRoute("GET", "/account", accounts.show, who.ALL),
    PageRoute("POST", "/account/language", accounts.speak, who.ALL),
    PageRoute(
        "POST",
        "/account/password",
        accounts.change_password,
        who.ALL,
        Needs.FRESH,
        "account_password_changed",
    ),
    PageRoute("POST", "/account/sessions", accounts.end_others, who.ALL),
    PageRoute("GET", "/account/factor", accounts.factor, who.ALL),
    PageRoute(
        "POST",
        "/account/factor",
        accounts.take_factor,
        who.ALL,
        Needs.ANEW,
        "account_factor_changed",
    ),
    PageRoute(
        "POST", "/account/link", accounts.refuse_link, who.ALL, Needs.FRESH, "account_link_refused"
    ),
    PageRoute("POST", "/account/paper", accounts.paper, who.ALL, Needs.ANEW, "account_paper_made"),
    PageRoute(
        "POST", "/account/known", accounts.know, who.ALL, Needs.FRESH, "account_renewal_known"
    ),
    # tips, as desks may know of them
    *TIP_ROUTES,
    # what callers hear
    PageRoute("GET", "/flows", flows.listed, who.BUT_AUDITOR, menu=phrase("Flows")),
    PageRoute("GET", "/flows/<flow>", flows.one, who.BUT_AUDITOR),
    PageRoute("GET", "/flows/<flow>/picture", picture.show, who.BUT_AUDITOR),
    PageRoute("GET", "/find", flows.find, who.BUT_AUDITOR),
    # words
    PageRoute("GET", "/words", words.matrix, who.WORDS, menu=phrase("Words")),
    PageRoute("GET", "/words/questions", words.questions, who.WORDS),
    PageRoute("POST", "/words/questions/<int:question_id>", words.settle, who.WRITING),
    PageRoute("GET", "/words/<language>", words.one, who.WORDS),
    PageRoute("POST", "/words/<language>", words.take, who.WORDS),
    PageRoute("POST", "/words/<language>/part", words.part, who.WORDS),
    PageRoute("GET", "/words/<language>/sheet", words.ask_sheet, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet", words.judge_sheet, who.WORDS),
    PageRoute("GET", "/words/<language>/sheet/<kind>", words.sheet_file, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet/take", words.take_sheet, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet/refused", words.send_refused, who.WORDS),
    # changes of it
    PageRoute("GET", "/changes", changes.listed, who.WORDS, menu=phrase("Changes")),
    PageRoute("GET", "/changes/new", changes.ask, who.WORDS),
    PageRoute("POST", "/changes/new", changes.make, who.WORDS),
    PageRoute("GET", "/changes/<int:change_id>", changes.show, who.WORDS),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/propose",
        changes.propose,
        who.EDITOR,
        Needs.FRESH,
        "change_proposed",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/drop",
        changes.drop,
        who.EDITOR,
        Needs.FRESH,
        "change_dropped",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/steps/<int:step_id>/bring-back",
        changes.bring_back,
        who.EDITOR,
    ),
    PageRoute("GET", "/changes/<int:change_id>/catch-up", choosing.ask, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/catch-up", choosing.choose, who.EDITOR),
    PageRoute("GET", "/changes/<int:change_id>/read", reading.read, who.READING),
    PageRoute("GET", "/changes/<int:change_id>/print", reading.printed, who.READING),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/approve",
        reading.approve,
        who.APPROVER,
        Needs.FRESH,
        "change_published",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/send-back",
        reading.send_back,
        who.APPROVER,
        Needs.FRESH,
        "change_sent_back",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/emergency",
        reading.emergency,
        who.APPROVER,
        Needs.FRESH,
        "emergency_published",
    ),
    PageRoute("GET", "/live", reading.history, who.ALL),
    PageRoute("GET", "/live/<int:publication_id>/bring-back", reading.ask_back, who.APPROVER),
    PageRoute(
        "POST",
        "/live/<int:publication_id>/bring-back",
        reading.bring_back,
        who.APPROVER,
        Needs.FRESH,
        "flows_brought_back",
    ),
    PageRoute("GET", "/live/<int:publication_id>/confirm", reading.ask_confirm, who.APPROVER),
    PageRoute(
        "POST",
        "/live/<int:publication_id>/confirm",
        reading.confirm,
        who.APPROVER,
        Needs.FRESH,
        "emergency_confirmed",
    ),
    # a change: its screens
    PageRoute("GET", f"{CHANGE}/new-flow", operations.ask_flow, who.EDITOR),
    PageRoute("POST", f"{CHANGE}/new-flow", operations.begin, who.EDITOR),
    PageRoute("GET", FLOW, editor.flow, who.EDITOR),
    PageRoute("GET", f"{FLOW}/flow-marks", operations.ask_marks, who.EDITOR),
    PageRoute("POST", f"{FLOW}/flow-marks", operations.set_marks, who.EDITOR),
    PageRoute("GET", f"{FLOW}/take-out", operations.ask_take_out, who.EDITOR),
    PageRoute("POST", f"{FLOW}/take-out", operations.take_out, who.EDITOR),
    PageRoute("GET", f"{FLOW}/new-node", operations.ask_new, who.EDITOR),
    PageRoute("POST", f"{FLOW}/new-node", operations.add, who.EDITOR),
    PageRoute("GET", NODE, editor.show, who.EDITOR),
    PageRoute("POST", NODE, editor.take, who.EDITOR),
    PageRoute("POST", f"{NODE}/part", editor.part, who.EDITOR),
    PageRoute("GET", f"{NODE}/rename", operations.ask_rename, who.EDITOR),
    PageRoute("POST", f"{NODE}/rename", operations.rename, who.EDITOR),
    PageRoute("GET", f"{NODE}/delete", operations.ask_delete, who.EDITOR),
    PageRoute("POST", f"{NODE}/delete", operations.delete, who.EDITOR),
    # numbers and entries of a change
    PageRoute("GET", "/changes/<int:change_id>/numbers", numbers.listed, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/numbers", numbers.act, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/numbers/new", numbers.add, who.EDITOR),
    PageRoute("GET", "/changes/<int:change_id>/entries", numbers.entries, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/entries", numbers.act_on_entries, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/entries/new", numbers.add_entry, who.EDITOR),
    *PEOPLE_ROUTES,
    # statistics
    PageRoute(
        "GET", "/statistics", statistics.overview, who.BUT_TRANSLATOR, menu=phrase("Statistics")
    ),
    PageRoute("GET", "/statistics/board", statistics.board, who.DESKS),
    PageRoute("GET", "/statistics/use", statistics.use, who.BUT_TRANSLATOR),
    PageRoute("GET", "/statistics/targets", statistics.targets, who.LEADING),
    PageRoute(
        "POST",
        "/statistics/targets",
        statistics.set_targets,
        who.LEADING,
        Needs.FRESH,
        "target_set",
    ),
    PageRoute("GET", "/statistics/results", statistics.results, who.BUT_TRANSLATOR),
    PageRoute("GET", RELEASE, statistics.release, who.BUT_TRANSLATOR),
    PageRoute("GET", f"{RELEASE}/files", statistics.files, who.BUT_TRANSLATOR),
    PageRoute("GET", f"{RELEASE}/report/<language>", statistics.report, who.BUT_TRANSLATOR),
    PageRoute(
        "POST",
        f"{RELEASE}/approve",
        statistics.approve,
        who.RELEASING,
        Needs.FRESH,
        "release_approved",
    ),
    # who may do what, and who did
    PageRoute("GET", "/accounts", accounts.listed, who.ADMIN, menu=phrase("Accounts")),
    PageRoute("POST", "/accounts", accounts.invite, who.ADMIN, Needs.FRESH, "account_invited"),
    PageRoute("GET", "/accounts/<int:account_id>", accounts.one, who.ADMIN),
    PageRoute(
        "POST",
        "/accounts/<int:account_id>/roles",
        accounts.set_roles,
        who.ADMIN,
        Needs.FRESH,
        "account_role_given",
    ),
    PageRoute("GET", f"{ACCOUNT}/link", accounts.ask_link, who.ADMIN),
    PageRoute(
        "POST", f"{ACCOUNT}/link", accounts.link, who.ADMIN, Needs.FRESH, "account_link_asked"
    ),
    PageRoute("GET", f"{ACCOUNT}/suspend", accounts.ask_suspend, who.ADMIN),
    PageRoute(
        "POST", f"{ACCOUNT}/suspend", accounts.suspend, who.ADMIN, Needs.FRESH, "account_suspended"
    ),
    PageRoute(
        "POST",
        f"{ACCOUNT}/lift",
        accounts.lift,
        who.ADMIN,
        Needs.FRESH,
        "account_suspension_lifted",
    ),
    PageRoute("GET", f"{ACCOUNT}/end", accounts.ask_end, who.ADMIN),
    PageRoute("POST", f"{ACCOUNT}/end", accounts.end, who.ADMIN, Needs.FRESH, "account_ended"),
    # whether messages go out, and who is notified when something is wrong
    PageRoute("GET", "/outgoing", outgoing.show, who.RUNNING, menu=phrase("Outgoing queue")),
    PageRoute("POST", "/outgoing/pause", outgoing.pause, who.ADMIN, Needs.FRESH, "lane_held"),
    PageRoute(
        "POST", "/outgoing/resume", outgoing.resume, who.RUNNING, Needs.FRESH, "lane_released"
    ),
    PageRoute(
        "POST",
        "/outgoing/review",
        outgoing.review,
        who.RUNNING,
        Needs.FRESH,
        "given_up_answered",
    ),
    PageRoute("GET", "/oncall", oncall.listed, who.ADMIN, menu=phrase("On-call contacts")),
    PageRoute("POST", "/oncall", oncall.add, who.ADMIN, Needs.FRESH, "watcher_added"),
    PageRoute(
        "POST",
        "/oncall/<int:contact_id>/remove",
        oncall.remove,
        who.ADMIN,
        Needs.FRESH,
        "watcher_removed",
    ),
    PageRoute("POST", "/oncall/test", oncall.test, who.ADMIN, Needs.FRESH),
    PageRoute(
        "POST",
        "/oncall/alarms/<alarm>",
        oncall.acknowledge,
        who.ADMIN,
        Needs.FRESH,
        "alarm_acknowledged",
    ),
    PageRoute(
        "POST",
        "/oncall/handset",
        oncall.handset,
        who.ADMIN,
        Needs.FRESH,
        "trial_handset_enrolled",
    ),
    PageRoute("GET", "/audit", audit.listed, who.AUDIT, menu=phrase("Audit")),
    PageRoute("GET", "/audit/verify", audit.verify, who.AUDIT),
)
