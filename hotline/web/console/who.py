"""Groups of roles that the route table and Today speak of."""

from hotline.domain.accounts.account import AccountRole

ALL = frozenset(AccountRole)
"""Whoever is signed in, also an account whose only role waits for a second admin."""
BUT_AUDITOR = ALL - {AccountRole.AUDITOR}
BUT_TRANSLATOR = ALL - {AccountRole.TRANSLATOR}
ADMIN = frozenset({AccountRole.ADMIN})
AUDIT = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR})
RUNNING = frozenset({AccountRole.ADMIN, AccountRole.NATIONAL})
"""Who sees to it that the line runs."""
PEOPLE = RUNNING | {AccountRole.DESK}
"""Who sees responders and desks; a desk its own alone, and changes nothing."""
DECIDING = PEOPLE
"""Who may be the second person of something."""
EDITOR = frozenset({AccountRole.EDITOR})
APPROVER = frozenset({AccountRole.APPROVER})
WRITING = EDITOR | APPROVER
READING = WRITING | {AccountRole.AUDITOR}
"""Who reads a change whole."""
WORDS = WRITING | {AccountRole.TRANSLATOR}


def phrase(words: str) -> str:
    """Marks English words that are said in another place: they stand in the catalogue."""
    return words


DESKS = frozenset({AccountRole.DESK, AccountRole.NATIONAL})
"""Who reads tips: of a district, or of the nation. Which ones, the keys that were sealed to the account say."""
NATIONAL = frozenset({AccountRole.NATIONAL})
LEADING = frozenset({AccountRole.PROGRAMME_LEAD})
RELEASING = NATIONAL | LEADING
"""Who approves a release of statistics, one of each role."""
WORKING = DESKS | WORDS
"""Whose first page is Today. All others begin with the overview of statistics."""

DOES = {
    AccountRole.EDITOR: phrase("Writes what callers hear; a second person reads it."),
    AccountRole.APPROVER: phrase("Reads what others wrote, and publishes it."),
    AccountRole.TRANSLATOR: phrase("Mends words and agrees to them, and changes nothing else."),
    AccountRole.ADMIN: phrase("Says who may enter. Never reads a tip."),
    AccountRole.AUDITOR: phrase("Reads the log of what was done. Never reads a tip."),
    AccountRole.DESK: phrase("Reads the tips of a district."),
    AccountRole.NATIONAL: phrase("Reads the tips of the whole nation."),
    AccountRole.PROGRAMME_LEAD: phrase(
        "Sees the statistics, approves releases and sets targets. Never reads a tip."
    ),
}
"""What each role may do, for whoever gives it."""
