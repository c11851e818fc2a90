"""The audit log as sentences: "25 Nov 2026 14:05, Gasabo desk: Alice read tip 12: court asked". Pure.

Every action that the code writes has its sentence here; one of a later release is shown by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.call_back import KIGALI
from hotline.domain.desk.desks import responder_of
from hotline.domain.places.places import place_name
from hotline.domain.tip import NATIONAL

DESK = "desk"
ACCOUNT = "account"
"""An actor is `account:<id>:<name>`, `desk:<code>:<name>`, `cli:<name>`, `responder:<id>`, or a process alone."""
PROCESSES = {
    "cli": "the command line",
    "clock": "the clock",
    "console": "the console",
    "line": "the line",
    "receipt": "the holder of the receipt",
    "sms": "the phone that wrote it",
}
SUBJECTS = {"tip", "call-back", "message", "leave", "desk"}
SENTENCES: Mapping[str, str] = {
    "account_end_asked": "asked to end the {subject}",
    "account_end_refused": "refused the end of the {subject}",
    "account_ended": "ended the {subject}",
    "account_entered": "signed in",
    "account_entry_failed": "refused a password or a code of {subject}",
    "account_factor_changed": "took a new second factor",
    "account_invited": "made the {subject}",
    "account_joined": "said which responder the {subject} is",
    "account_link_asked": "asked for a new link for the {subject}",
    "account_link_agreed": "agreed to a new link for the {subject}",
    "account_link_refused": "refused a new link for the {subject}",
    "account_linked": "gave a new link to the {subject}",
    "account_paper_made": "made a new recovery sheet",
    "account_password_changed": "changed a password",
    "account_password_recovered": "took a new password by the recovery key",
    "account_renewal_known": "said that a new sheet or second factor is their own",
    "account_role_asked": "asked for a role of the {subject}",
    "account_role_given": "gave a role to the {subject}",
    "account_role_refused": "refused a role to the {subject}",
    "account_role_taken": "took a role from the {subject}",
    "account_suspended": "suspended the {subject}",
    "account_suspension_lifted": "lifted the suspension of the {subject}",
    "account_taken_up": "took up the {subject}",
    "approval_taken_back": "took back what they asked for, of {subject}",
    "alarm_acknowledged": "sees to the alarm {subject}",
    "call_back_approved": "approved {subject}",
    "call_back_expired": "ended {subject}: its time had passed",
    "call_back_opened": "saw the number of {subject}",
    "call_back_other": "said of {subject} that somebody else answered",
    "call_back_reached": "said of {subject} that the caller was reached",
    "call_back_refused": "was refused {subject}, or was told that the caller wants no call",
    "call_back_silent": "said of {subject} that nobody answered",
    "call_back_wanted": "asked to open {subject}",
    "change_dropped": "dropped {subject}",
    "change_proposed": "proposed {subject}",
    "change_published": "published {subject}",
    "change_sent_back": "sent {subject} back",
    "danger_again": "said of {subject} that somebody is in danger again",
    "desk_added": "made the {subject}",
    "desk_admission_asked": "asked that {subject} may open a desk",
    "desk_admission_refused": "refused that {subject} opens a desk",
    "desk_admitted": "let {subject} open a desk",
    "desk_key_given": "gave a new key to {subject}",
    "desk_key_moved": "sealed everything of {subject} to its new key",
    "desk_left": "took {subject} away from a desk",
    "desk_retired": "retired the {subject}",
    "desks_made": "made the keys of {subject}",
    "codes_erased": "erased what was noted of the persons of {subject}",
    "desks_rotated": "gave new keys to {subject}",
    "emergency_confirmed": "confirmed the words of an emergency, {subject}",
    "emergency_published": "published {subject} in an emergency, read by nobody else",
    "end_refused": "refused to close {subject}: the case goes on",
    "erase_kept": "kept the words of {subject}, which somebody asked to erase",
    "erase_wanted": "asked to erase {subject}",
    "exercise_ended": "ended the exercise {subject}",
    "exercise_started": "began an exercise, {subject}",
    "first_place_let_go": "let the people of the first place of {subject} go",
    "flows_brought_back": "brought back the flows of {subject}",
    "flows_published": "published the flows of {subject}",
    "go_openly": "said of {subject}: go openly",
    "go_unseen": "said of {subject}: go with a colleague, not openly",
    "given_up_answered": "answered for {subject}, which was given up",
    "hold_lifted": "lifted the hold of {subject}",
    "hold_placed": "held the words of {subject}",
    "key_rotated": "made the key {subject} anew",
    "lane_held": "held every message",
    "lane_released": "let messages go, {subject}",
    "leaders_code_made": "made a code for the local leaders of {subject}",
    "leaders_codes_ended": "ended the codes for the local leaders of {subject}",
    "leaders_removed": "took a local leader of {subject} off the roll",
    "month_counted": "counted the persons of {subject}",
    "old_key_destroyed": "destroyed the old key {subject}",
    "question_answered": "answered the question back of {subject}",
    "question_asked": "asked a question back of {subject}",
    "release_approved": "approved the release of {subject}",
    "release_made": "made the release of {subject}",
    "responder_approved": "approved {subject}",
    "responder_back": "brought back {subject}",
    "responder_invited": "sent a code to {subject}",
    "responder_kept": "refused to remove {subject}",
    "responder_languages": "wrote down the languages of {subject}",
    "responder_more_wanted": "asked for more places of {subject}",
    "responder_moved": "moved {subject}",
    "responder_number_changed": "changed the number of {subject}",
    "responder_number_wanted": "wrote down a new number of {subject}",
    "responder_on_leave": "sent {subject} on leave",
    "responder_proved": "proved phone and paper as {subject}",
    "people_read": "opened what was noted of the persons of {subject}",
    "person_noted": "noted something of a person of {subject}",
    "pin_changed": "chose another PIN as {subject}",
    "pin_ended": "ended the PIN of {subject}: somebody else used it",
    "pepper_shown": "printed the reader's {subject} for paper",
    "pepper_entered": "put the reader's {subject} back from paper",
    "responder_removal_asked": "closed everything to {subject}, and asked for the removal",
    "responder_refused": "refused {subject}",
    "responder_removed": "removed {subject}",
    "responders_imported": "enrolled {subject}",
    "restored": "restored the line from a backup",
    "target_set": "set the target of {subject}",
    "tip_closed": "closed {subject}",
    "tip_erased": "erased the words of {subject}",
    "tips_linked": "said that {subject} is like another tip",
    "tips_unlinked": "said that {subject} is not like another tip",
    "tip_excluded": "kept {subject} from somebody",
    "tip_exclusion_kept": "refused that somebody knows of {subject} again",
    "tip_exclusion_lift_asked": "asked that somebody may know of {subject} again",
    "tip_exclusion_lifted": "keeps {subject} from somebody no more",
    "tip_helped": "said that a helper is with the person of {subject}",
    "tip_read": "read {subject}",
    "tip_refused": "was refused {subject}",
    "tip_reopened": "opened {subject} again",
    "tip_sent_down": "let the district know of {subject}",
    "training_code_made": "made a code for the officers in training of {subject}",
    "training_codes_ended": "ended the codes for the officers in training of {subject}",
    "training_removed": "took an officer in training of {subject} off the roll",
    "trial_handset_enrolled": "named the handset of the daily trial",
    "watcher_added": "lets {subject} be woken by alarms",
    "watcher_removed": "lets {subject} be woken by alarms no more",
}
OUTCOMES: Mapping[str, str] = {
    "end_wanted_": "wants {subject} closed: {outcome}",
    "tip_outcome_": "wrote down what came of {subject}: {outcome}",
}
"""Sentences of the actions that name what came of a tip, by how they begin."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A row of the log, as a sentence is made of it."""

    at: datetime
    actor: str
    action: str
    subject: str
    reason: str


def sentence(line: AuditLine, names: Mapping[int, str]) -> str:
    """One sentence; `names` are those of responders, by their ids."""
    desk, who = actor(line.actor, names)
    at = f"{line.at.astimezone(KIGALI):%-d %b %Y %H:%M}"
    place = f", {desk} desk" if desk else ""
    why = f": {line.reason}" if line.reason else ""
    return f"{at}{place}: {who} {_did(line.action, subject(line.subject, names))}{why}"


def is_known(action: str) -> bool:
    return action in SENTENCES or any(action.startswith(begins) for begins in OUTCOMES)


def template(action: str) -> tuple[str, str]:
    """The words of an action with their `{subject}`, for whoever says them in another language, and its outcome."""
    for begins, said in OUTCOMES.items():
        if action.startswith(begins):
            return said, action.removeprefix(begins)
    return SENTENCES.get(action) or f"{action.replace('_', ' ')} {{subject}}", ""


def actor(said: str, names: Mapping[int, str]) -> tuple[str, str]:
    """The desk, where one acted, and who it was. Rows of the first release name a desk alone."""
    kind, _, rest = said.partition(":")
    if kind == DESK:
        code, _, name = rest.partition(":")
        return _desk(code), name
    if kind == ACCOUNT:
        return "", rest.partition(":")[2]
    if kind == "cli" and rest and (rest == NATIONAL or place_name(rest, "en") != rest):
        return _desk(rest), "somebody"
    if kind == "responder" and rest.isdecimal():
        return "", names.get(int(rest), f"responder {rest}")
    return "", rest or PROCESSES.get(said, said)


def subject(said: str, names: Mapping[int, str]) -> str:
    """Returns `tip:12` as "tip 12", `responder:7` with the person's name, `desk:12` by its name."""
    kind, _, rest = said.partition(":")
    if kind == "district":
        return place_name(rest, "en")
    if kind == "responder" and rest.isdecimal():
        named = names.get(int(rest))
        return f"responder {rest} ({named})" if named else f"responder {rest}"
    if kind == DESK and rest:
        code, _, member = rest.partition(":")
        who = responder_of(member)
        named = names.get(who, member) if who is not None else member.replace(":", " ")
        return f"desk {_desk(code)}, {named}" if member else f"desk {_desk(code)}"
    return f"{kind} {rest}" if kind in SUBJECTS and rest else said


def _did(action: str, about: str) -> str:
    said, outcome = template(action)
    return said.format(subject=about, outcome=outcome).rstrip()


def _desk(code: str) -> str:
    return "national" if code == NATIONAL else place_name(code, "en")
