"""Lists the promises of the product, the faults that it must survive and its adversaries. Finds the tests for each
promise, fault and adversary.

    bin/test --rows        prints each row with its promise or defence, and its tests.

A test names its row with `@pytest.mark.row("C8")`, its fault with `@pytest.mark.fault(17)`, and its adversary with
`@pytest.mark.adversary("a corrupt operator")`. The first column of docs/security.md names the adversaries.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
LATER = "later"


@dataclass(frozen=True, slots=True)
class Row:
    """One promise of the product, with its name and its text. If no test can prove it yet, `built` says when it will
    exist."""

    name: str
    promise: str
    built: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the hotline can fail, and the invariants that must still hold.

    I1: if a caller read that the tip is stored, there is exactly one tip, which the desk can decrypt. I2: the gateway
    accepted every alert, or a person sees that the alert is undeliverable. I3: an alert is sent once, and repeated once
    for each attempt with an unknown result and once for a missing report. I4: 90 seconds after the fault, no alert
    about danger waits. I5: no word of a tip and no phone number is written to a place where it may not be stored. I6:
    no deadline is lost, and none has its effect twice. I7: the audit log stays complete. I8: every hop is answered
    within five seconds, with CON or END. I9: a repeated alert has the same reference, and belongs to the same case.
    """

    number: int
    where: str
    happens: str
    holds: str


ROWS = (
    Row(
        "C1", "Every USSD screen fits the network's limit and a narrow phone, with 0 and 00 on it."
    ),
    Row(
        "C2", "The line hears SMS: lessons, tips, cries for help in any spelling, requests to stop."
    ),
    Row("C3", "The caller chooses the language on each dial; the front is Kinyarwanda."),
    Row("C4", "The front is an ordinary service for safe work; no screen on it names reporting."),
    Row("C5", "A lesson has three screens at most, in three languages."),
    Row("C6", "A quiz asks before and after its lesson and measures the gain without identity."),
    Row("C7", "A report alerts after four answers and is done after nine."),
    Row("C8", "Danger and a district file and alert at that hop; hanging up later loses nothing."),
    Row(
        "C9", "A redial equals a first dial; 000 erases what is not filed and never calls help off."
    ),
    Row("C10", "Two tips of one phone are linked and never merged."),
    Row("C11", "A receipt and a PIN read a status of one word from any phone, and erase."),
    Row("C12", "One question goes back to the caller, from a verified list."),
    Row("C13", "The national desk alone can call back, in the window the caller chose."),
    Row("C14", "Nothing is left behind: no SMS unless asked for, one last screen for all."),
    Row("C15", "Only verified telephone numbers show; the emergency number never lapses."),
    Row("C16", "After a stop by USSD, by SMS or at the gateway nothing is sent."),
    Row("C17", "A printed short code lands on its topic for ever, and never on the report."),
    Row("C18", "Silence, jokes and trials are outcomes; many like tips alert as one."),
    Row("C19", "Abroad, not sure and the refugee camps are places with a desk of their own."),
    Row(
        "C20",
        "Complaints reach the national desk, or an oversight desk about it; privacy in four keys.",
    ),
    Row("C21", "A kit for those who spread the line: named entries, poster, radio text."),
    Row("C22", "A fourth language is files alone.", LATER),
    Row("R1", "An alert is one SMS segment in the responder's language, without content."),
    Row(
        "R2", "One digit by SMS acts; 98 of 100 human spellings are understood, none acts wrongly."
    ),
    Row("R3", "Dialling does the same and reads the case behind a PIN, page by page."),
    Row("R4", "Tips are routed by place, kind, language and duty; no tip is without a recipient."),
    Row("R5", "Escalation knows delivery: phone off, silence, acknowledged but not opened."),
    Row("R6", "Where an official is involved the district cannot list, find or count the case."),
    Row("R7", "Likely duplicates are linked, never merged."),
    Row("R8", "A screening aid asks six questions and stores standard codes."),
    Row("R9", "A service referral closes: consent, offered, accepted, arrived, thirty days on."),
    Row("R10", "Duty, leave and removal: nobody off duty is alerted while enough people are free."),
    Row("R11", "Officers learn by quiz and get a certificate code."),
    Row("R12", "A drill times every step, is in no statistic, and a real danger ends it."),
    Row("R13", "Local leaders register with their district's code and log sessions."),
    Row("R14", "A responder writes down a person met, or a call heard elsewhere."),
    Row("R15", "A danger SMS that stays silent makes the phone ring.", LATER),
    Row(
        "A1",
        "An editor edits a flow in forms, three languages side by side, without JavaScript too.",
    ),
    Row("A2", "A map shows all flows, and each flow as a picture and as a list."),
    Row("A3", "A change is drafted, checked, read by a second person, published and restored."),
    Row("A4", "Checks run while typing, the same as before publishing, each with its remedy."),
    Row("A5", "Each text has a translation state; a spreadsheet goes out and comes back."),
    Row("A6", "Nobody's work is overwritten."),
    Row("A7", "People, desks, short codes and verified numbers are kept in the console, audited."),
    Row(
        "A8", "Desks list, read, take and close tips in the console, behind a reason and a factor."
    ),
    Row("A9", "Campaigns to numbers that opted in.", LATER),
    Row(
        "A10",
        "Accounts have a second factor and roles; the audit log reads as sentences and verifies.",
    ),
    Row("A11", "The console speaks three languages and is light."),
    Row("A12", "Editors hear what became of their work."),
    Row("A13", "Titles in three languages, builders for lesson and quiz, a translation memory."),
    Row("E1", "Reach is counted without identity, staff, drills and tests left out."),
    Row("E2", "Boards show counts by role."),
    Row("E3", "Published statistics identify nobody: a solver pins no count."),
    Row("E4", "Codes follow HTCDS; files go out as CSV, XLSX and metadata."),
    Row("E5", "One button makes a report in three languages, as a PDF."),
    Row("E6", "Results are told in public without identity: one page, one SMS."),
    Row("P1", "Two commands start one machine; the same code runs on PostgreSQL and Redis."),
    Row("P2", "Health, readiness and metrics without identity; a monitor dials the line itself."),
    Row("P3", "A test rehearses backup and restore; a restore holds outbound."),
    Row("P4", "Retention goes by state, with warning, grace and tombstone."),
    Row("P5", "A stand-in for the gateway: two handsets, a clock to turn, faults to inject."),
    Row("P6", "A second gateway with fail-over; flows as FLOIP containers.", LATER),
    Row("P7", "A root of trust: signed desk keys and backups, an audit log that shows a cut."),
    Row("P8", "Versions, an upgrade from each, rollback, SBOM."),
)
FAULTS = (
    Fault(1, "web, before the commit", "killed", "I1"),
    Fault(
        2, "web, between commit and answer", "killed, the hop is repeated", "I1: the same screen"
    ),
    Fault(3, "web, between commit and doorbell", "killed", "I2, I4"),
    Fault(4, "web", "the same hop twice at once", "I1"),
    Fault(5, "web", "frozen for ten seconds", "I1: no half tip; I8 for the next caller"),
    Fault(6, "database", "locked by another process", "I8; well again without help"),
    Fault(7, "database", "its disk is full at a commit", "I1, I8; nothing to repair"),
    Fault(8, "database", "PostgreSQL killed, or a connection torn", "I1, I2, I8"),
    Fault(9, "database", "PostgreSQL is read-only", "I8; /readyz says so"),
    Fault(10, "Redis", "killed, again and again", "I2, I4"),
    Fault(11, "Redis", "emptied", "I2, I4"),
    Fault(12, "Redis", "hangs", "I8: at most 0.6 s more; I4"),
    Fault(13, "Redis", "its disk is full", "I2; the doctor says so"),
    Fault(14, "Redis", "away for ten minutes", "I4: danger is sent within 15 s"),
    Fault(15, "Redis", "a forged job: function, webhook, callback", "refused, with an alarm"),
    Fault(16, "worker, before the claim", "killed", "I2"),
    Fault(17, "worker, between claim and socket", "killed", "I2, I3"),
    Fault(18, "worker, between the gateway's yes and its row", "killed", "I2, I3"),
    Fault(19, "worker", "its parent alone is killed", "I3: no orphan goes on sending"),
    Fault(20, "worker", "frozen for longer than its lease", "I3: its late word is fenced"),
    Fault(21, "worker", "two relays and four workers at once", "I3, I6"),
    Fault(22, "relay", "killed at each of its writes", "I4, I6"),
    Fault(23, "gateway", "no connection, or no handshake", "I2; surely not sent"),
    Fault(24, "gateway", "500 before, and 500 after accepting", "I2, I3"),
    Fault(25, "gateway", "answers after the timeout", "I2, I3"),
    Fault(26, "gateway", "one byte a second", "the job ends within 12 s"),
    Fault(27, "gateway", "a page, JSON as text, an unknown status", "unknown, never a crash"),
    Fault(28, "gateway", "no money", "the queue is held, no attempt is burnt"),
    Fault(
        29, "delivery reports", "twice, backwards, early, of unknown ids", "I2; no state goes back"
    ),
    Fault(30, "inbox", "SMS twice, callback lost or forged", "one answer, within a minute"),
    Fault(31, "acknowledging", "twice, by two, late, forged, wrong reference", "one effect"),
    Fault(32, "clock", "on, back, summer time, leap second, 2038", "I6: one step a tick, an alarm"),
    Fault(33, "host", "all killed at once, started in any order", "all tips"),
    Fault(
        34, "release", "migrated while callers are in the middle", "I1; a session ends on its flows"
    ),
    Fault(35, "flows", "published in the middle of a session", "a session ends on its own flows"),
    Fault(36, "keys", "a new week, a missing or a wrong key", "tip stored, alert sent, alarm"),
    Fault(37, "backup", "taken under load, restored elsewhere", "I1, I7; nothing is sent twice"),
    Fault(38, "host", "the disk of the log is full", "tips and alerts go on"),
    Fault(
        39, "intake", "10,000 tips an hour, twenty of them danger", "danger within 30 s, none lost"
    ),
)
Mark = str | int


def marked() -> dict[Mark, list[str]]:
    """Returns the tests of each row, fault and adversary. The function reads the source code and imports no test."""
    found: dict[Mark, list[str]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"mark\.(row|fault|adversary)\(", text):
            continue
        name = str(path.relative_to(TESTS.parent))
        for test, marks in in_file(ast.parse(text)):
            for mark in marks:
                found.setdefault(mark, []).append(f"{name}{test}")
    return found


def in_file(module: ast.Module) -> Iterator[tuple[str, list[Mark]]]:
    """Yields the name and the marks of each test and each class in a module, and the marks of the whole file."""
    outside: list[Mark] = []
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            marks = [mark for one in node.decorator_list for mark in _marks(one)]
            yield f"::{node.name}", marks
            for test in node.body:
                if isinstance(test, ast.FunctionDef):
                    yield f"::{node.name}::{test.name}", [*_marks(test)]
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"::{node.name}", [*_marks(node)]
        else:
            outside += _marks(node)
    yield "", outside


def _marks(tree: ast.AST) -> Iterator[Mark]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Attribute(attr="mark"), attr="row" | "fault" | "adversary"
                ),
                args=args,
            ):
                for arg in args:
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str | int):
                        yield arg.value


def adversaries() -> dict[str, str]:
    """Returns the adversaries of docs/security.md, each with the defence. No two adversaries have the same name."""
    page = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
    _, _, after = page.partition("\n## Adversaries\n")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", after.partition("\n## ")[0], re.M)
    found = [(name, defence) for name, defence in rows if name != "adversary"]
    assert len(dict(found)) == len(found)
    return dict(found)


def unproved(tests: dict[Mark, list[str]]) -> list[str]:
    """Returns a sentence for each row or fault without a test, and for each mark that names no row or fault."""
    due: dict[Mark, str] = {row.name: row.built for row in ROWS}
    due |= dict.fromkeys((*(fault.number for fault in FAULTS), *adversaries()), "")
    lacking = [f"{name}: no test proves it" for name in due if not due[name] and name not in tests]
    unknown = [
        f"{name}: no such row, named by {tests[name][0]}" for name in tests if name not in due
    ]
    proved = [f"{name}: built, so no longer {due[name]}" for name in tests if due.get(name)]
    return [*lacking, *unknown, *proved]


def table(tests: dict[Mark, list[str]]) -> Iterator[str]:
    promises: dict[Mark, str] = {row.name: row.promise for row in ROWS}
    for fault in FAULTS:
        promises[fault.number] = f"{fault.where}: {fault.happens}. Must hold: {fault.holds}"
    promises |= {name: f"- {defence}" for name, defence in adversaries().items()}
    built = {row.name: row.built for row in ROWS if row.built}
    for name, promise in promises.items():
        yield f"{name:<4} {promise}"
        for test in tests.get(name, [f"({built.get(str(name), 'no test')})"]):
            yield f"       {test}"


def main() -> int:
    tests = marked()
    sys.stdout.writelines(f"{line}\n" for line in [*table(tests), *unproved(tests)])
    return 1 if unproved(tests) else 0


if __name__ == "__main__":
    sys.exit(main())
