"""The one table of the console's pages: what has no row here does not exist.

A page of yours is a view in `pages/`, `people/` or `writing/`, a template, and a row. `docs/console.md` walks it.
"""

from hotline.statistics import pages as statistics
from hotline.web.console import who
from hotline.web.console.pages import (
    account,
    accounts,
    audit,
    entering,
    files,
    oncall,
    outgoing,
    recovering,
    today,
    welcome,
)
from hotline.web.console.people.people_routes import PEOPLE_ROUTES
from hotline.web.console.route import Needs, OpenRoute, PageRoute
from hotline.web.console.tips.tip_routes import TIP_ROUTES
from hotline.web.console.who import phrase
from hotline.web.console.writing import choosing, flows
from hotline.web.console.writing.changes import changes, live, one_change, reading
from hotline.web.console.writing.editor import adding, deleting, editor, renaming
from hotline.web.console.writing.editor.whole_flow import beginning, flow_marks, taking_out
from hotline.web.console.writing.pictures import picture
from hotline.web.console.writing.wording import (
    entries,
    find,
    numbers,
    questions,
    word_sheets,
    words,
)

CHANGE = "/changes/<int:change_id>"
FLOW = f"{CHANGE}/flows/<flow>"
NODE = f"{FLOW}/<node>"
ACCOUNT = "/accounts/<int:account_id>"
RELEASE = "/statistics/releases/<period>"

ROUTES: tuple[PageRoute | OpenRoute, ...] = (
    # the way in and out
    OpenRoute("GET", "/static/<name>", files.static),
    OpenRoute("GET", "/enter", entering.ask),
    OpenRoute("POST", "/enter", entering.enter),
    OpenRoute("GET", "/recover", recovering.ask),
    OpenRoute("POST", "/recover", recovering.recover),
    OpenRoute("GET", "/welcome/<token>", welcome.step),
    OpenRoute("POST", "/welcome/<token>", welcome.take),
    PageRoute("POST", "/leave", entering.leave, who.ALL),
    # for everybody
    PageRoute("GET", "/", today.first, who.ALL),
    PageRoute("GET", "/today", today.show, who.ALL, menu=phrase("Today")),
    PageRoute("GET", "/account", account.show, who.ALL),
    PageRoute("POST", "/account/language", account.speak, who.ALL),
    PageRoute(
        "POST",
        "/account/password",
        account.change_password,
        who.ALL,
        Needs.FRESH,
        "account_password_changed",
    ),
    PageRoute("POST", "/account/sessions", account.end_others, who.ALL),
    PageRoute("GET", "/account/factor", account.factor, who.ALL),
    PageRoute(
        "POST",
        "/account/factor",
        account.take_factor,
        who.ALL,
        Needs.ANEW,
        "account_factor_changed",
    ),
    PageRoute(
        "POST", "/account/link", account.refuse_link, who.ALL, Needs.FRESH, "account_link_refused"
    ),
    PageRoute("POST", "/account/paper", account.paper, who.ALL, Needs.ANEW, "account_paper_made"),
    PageRoute(
        "POST", "/account/known", account.know, who.ALL, Needs.FRESH, "account_renewal_known"
    ),
    # tips, as desks may know of them
    *TIP_ROUTES,
    # what callers hear
    PageRoute("GET", "/flows", flows.listed, who.BUT_AUDITOR, menu=phrase("Flows")),
    PageRoute("GET", "/flows/<flow>", flows.one, who.BUT_AUDITOR),
    PageRoute("GET", "/flows/<flow>/picture", picture.show, who.BUT_AUDITOR),
    PageRoute("GET", "/find", find.show, who.BUT_AUDITOR),
    # words
    PageRoute("GET", "/words", words.matrix, who.WORDS, menu=phrase("Words")),
    PageRoute("GET", "/words/questions", questions.listed, who.WORDS),
    PageRoute("POST", "/words/questions/<int:question_id>", questions.settle, who.WRITING),
    PageRoute("GET", "/words/<language>", words.one, who.WORDS),
    PageRoute("POST", "/words/<language>", words.take, who.WORDS),
    PageRoute("POST", "/words/<language>/part", words.part, who.WORDS),
    PageRoute("GET", "/words/<language>/sheet", word_sheets.ask, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet", word_sheets.judge, who.WORDS),
    PageRoute("GET", "/words/<language>/sheet/<kind>", word_sheets.file, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet/take", word_sheets.take, who.WORDS),
    PageRoute("POST", "/words/<language>/sheet/refused", word_sheets.refused, who.WORDS),
    # changes of it
    PageRoute("GET", "/changes", changes.listed, who.WORDS, menu=phrase("Changes")),
    PageRoute("GET", "/changes/new", changes.ask, who.WORDS),
    PageRoute("POST", "/changes/new", changes.make, who.WORDS),
    PageRoute("GET", "/changes/<int:change_id>", one_change.show, who.WORDS),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/propose",
        one_change.propose,
        who.EDITOR,
        Needs.FRESH,
        "change_proposed",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/drop",
        one_change.drop,
        who.EDITOR,
        Needs.FRESH,
        "change_dropped",
    ),
    PageRoute(
        "POST",
        "/changes/<int:change_id>/steps/<int:step_id>/bring-back",
        one_change.bring_back,
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
    PageRoute("GET", "/live", live.history, who.ALL),
    PageRoute("GET", "/live/<int:publication_id>/bring-back", live.ask_back, who.APPROVER),
    PageRoute(
        "POST",
        "/live/<int:publication_id>/bring-back",
        live.bring_back,
        who.APPROVER,
        Needs.FRESH,
        "flows_brought_back",
    ),
    PageRoute("GET", "/live/<int:publication_id>/confirm", live.ask_confirm, who.APPROVER),
    PageRoute(
        "POST",
        "/live/<int:publication_id>/confirm",
        live.confirm,
        who.APPROVER,
        Needs.FRESH,
        "emergency_confirmed",
    ),
    # a change: its screens
    PageRoute("GET", f"{CHANGE}/new-flow", beginning.ask, who.EDITOR),
    PageRoute("POST", f"{CHANGE}/new-flow", beginning.take, who.EDITOR),
    PageRoute("GET", FLOW, editor.flow, who.EDITOR),
    PageRoute("GET", f"{FLOW}/flow-marks", flow_marks.ask, who.EDITOR),
    PageRoute("POST", f"{FLOW}/flow-marks", flow_marks.take, who.EDITOR),
    PageRoute("GET", f"{FLOW}/take-out", taking_out.ask, who.EDITOR),
    PageRoute("POST", f"{FLOW}/take-out", taking_out.take, who.EDITOR),
    PageRoute("GET", f"{FLOW}/new-node", adding.ask, who.EDITOR),
    PageRoute("POST", f"{FLOW}/new-node", adding.take, who.EDITOR),
    PageRoute("GET", NODE, editor.show, who.EDITOR),
    PageRoute("POST", NODE, editor.take, who.EDITOR),
    PageRoute("POST", f"{NODE}/part", editor.part, who.EDITOR),
    PageRoute("GET", f"{NODE}/rename", renaming.ask, who.EDITOR),
    PageRoute("POST", f"{NODE}/rename", renaming.take, who.EDITOR),
    PageRoute("GET", f"{NODE}/delete", deleting.ask, who.EDITOR),
    PageRoute("POST", f"{NODE}/delete", deleting.take, who.EDITOR),
    # numbers and entries of a change
    PageRoute("GET", "/changes/<int:change_id>/numbers", numbers.listed, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/numbers", numbers.act, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/numbers/new", numbers.add, who.EDITOR),
    PageRoute("GET", "/changes/<int:change_id>/entries", entries.listed, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/entries", entries.act, who.EDITOR),
    PageRoute("POST", "/changes/<int:change_id>/entries/new", entries.add, who.EDITOR),
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
