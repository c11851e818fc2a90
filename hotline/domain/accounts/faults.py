"""What may be wrong with what is asked for an account: a key for the pages, a sentence for the command line. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from hotline.errors import AccountRefused


class AccountFault(StrEnum):
    BUSY = "busy"
    NAME_WRONG = "name_wrong"
    NAME_MARKS = "name_marks"
    NAME_SCRIPTS = "name_scripts"
    NAME_TAKEN = "name_taken"
    NAME_ALIKE = "name_alike"
    NAME_RESERVED = "name_reserved"
    NAME_RESPONDER = "name_responder"
    NO_ROLE = "no_role"
    ROLES_EXCLUDE = "roles_exclude"
    NO_ACCOUNT = "no_account"
    ENDED = "ended"
    ONESELF = "oneself"
    LINK_OVER = "link_over"
    LINK_ELSEWHERE = "link_elsewhere"
    STEP_MISSING = "step_missing"
    SHORT_PASSWORD = "short_password"
    LONG_PASSWORD = "long_password"
    PASSWORD_IS_NAME = "password_is_name"
    PASSWORD_REPEATS = "password_repeats"
    COMMON_PASSWORD = "common_password"
    WRONG_CODE = "wrong_code"
    KEY_CLOSED = "key_closed"
    TOO_MANY_ACTS = "too_many_acts"
    LAST_OTHER = "last_other"
    SUSPENDED_LATELY = "suspended_lately"
    NOT_SUSPENDED = "not_suspended"
    LINK_RESTS = "link_rests"
    END_WAITS = "end_waits"
    NO_REASON = "no_reason"


SENTENCES: Mapping[AccountFault, str] = {
    AccountFault.BUSY: "too many passwords are being checked: try again in a moment",
    AccountFault.NAME_WRONG: "a name has 1 to 40 letters, without : < > or |",
    AccountFault.NAME_MARKS: "a name has no loose marks over its letters: type é as one letter",
    AccountFault.NAME_SCRIPTS: "a name has letters of one script, digits 0 to 9, and signs that a keyboard has",
    AccountFault.NAME_TAKEN: "there is an account of that name",
    AccountFault.NAME_ALIKE: "there is an account whose name looks the same: add a word that tells them apart",
    AccountFault.NAME_RESERVED: "the log calls the line itself or a desk so: take another name",
    AccountFault.NAME_RESPONDER: "there is a responder whose name looks the same: add a word that tells them apart",
    AccountFault.NO_ROLE: "an account needs a role",
    AccountFault.ROLES_EXCLUDE: "an account that administers or audits reads no tips: give the roles to two accounts",
    AccountFault.NO_ACCOUNT: "there is no such account",
    AccountFault.ENDED: "that account was ended: make another one",
    AccountFault.ONESELF: "another admin must do that to your account",
    AccountFault.LINK_OVER: "that link was used, or its time is over: ask for a new one",
    AccountFault.LINK_ELSEWHERE: "this link was opened already in another browser",
    AccountFault.STEP_MISSING: "a step before this one is missing",
    AccountFault.SHORT_PASSWORD: "a password has 12 letters at least",
    AccountFault.LONG_PASSWORD: "a password has 200 letters at most",
    AccountFault.PASSWORD_IS_NAME: "a password must not hold the name of its account",
    AccountFault.PASSWORD_REPEATS: "a password needs five different letters at least",
    AccountFault.COMMON_PASSWORD: "that password is easy to guess: take the suggested one, or four unrelated words",
    AccountFault.WRONG_CODE: "that code is wrong, or was used: wait for the next one",
    AccountFault.KEY_CLOSED: "give your password and a code again first",
    AccountFault.TOO_MANY_ACTS: "you did that to two accounts within an hour: wait, or ask another admin",
    AccountFault.LAST_OTHER: "nobody else would hold one of its roles: give that role to another account first",
    AccountFault.SUSPENDED_LATELY: "you suspended that account within seven days: ask another admin",
    AccountFault.NOT_SUSPENDED: "that account is not suspended",
    AccountFault.LINK_RESTS: "that link was asked for already, and rests: a second admin can agree to it now",
    AccountFault.END_WAITS: "that end was asked for already: a second admin can agree to it now",
    AccountFault.NO_REASON: "a reason is missing",
}


def refusal(fault: AccountFault) -> AccountRefused:
    return AccountRefused(fault, SENTENCES[fault])
