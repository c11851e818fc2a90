"""Describes the cause of a failed connection in the hotline's own words. The error text of a driver (the library that
connects to a database) could contain the database's address or a caller's data, so the hotline does not show it."""

CAUSES: tuple[tuple[str, str], ...] = (
    ("connection refused", "connection refused"),
    ("password authentication failed", "wrong password"),
    ("wrongpass", "wrong password"),
    ("invalid username-password", "wrong password"),
    ("invalid password", "wrong password"),
    ("authentication required", "no password is given"),
    ("noauth", "no password is given"),
    ("no password supplied", "no password is given"),
    ("noperm", "the account may not do that"),
    ("no pg_hba.conf entry", "the account or this address is refused"),
    ("could not translate host name", "unknown host name"),
    ("failed to resolve host", "unknown host name"),
    ("name or service not known", "unknown host name"),
    ("name resolution", "unknown host name"),
    ("no address associated", "unknown host name"),
    ("no space left", "disk full"),
    ("could not extend file", "disk full"),
    ("disk is full", "disk full"),
    ("misconf", "its disk is full or cannot be written"),
    ("used memory >", "its memory is full"),
    ("too many connections", "too many connections"),
    ("too many clients", "too many connections"),
    ("remaining connection slots", "too many connections"),
    ("starting up", "it is starting"),
    ("shutting down", "it is ending"),
    ("read-only", "read-only"),
    ("readonly", "read-only"),
    ("file is not a database", "the file is no database"),
    ("malformed", "the file is damaged"),
    ("disk i/o error", "disk full or damaged"),
    ("unable to open database file", "the file cannot be opened"),
    ("is locked", "locked by another process"),
    ("lock timeout", "locked by another process"),
    ("statement timeout", "no answer in time"),
    ("timeout expired", "no answer in time"),
    ("timed out", "no answer in time"),
    ("timeout", "no answer in time"),
    ("certificate verify failed", "its certificate is refused"),
    ("permission denied", "permission denied"),
    ("no such file or directory", "its socket is not there"),
    ("does not exist", "no such database or account"),
    ("network is unreachable", "network unreachable"),
    ("no route to host", "network unreachable"),
    ("closed the connection", "it closed the connection"),
    ("reset by peer", "it closed the connection"),
)
"""Parts of drivers' error texts in lower case, each with the cause of the error. If several parts occur in an error's
text, the first part in this list gives the cause."""


def known_cause(text: str) -> str | None:
    """Returns the cause that belongs to a driver's error text, or None if no entry of `CAUSES` matches the text."""
    letters = text.casefold()
    return next((cause for words, cause in CAUSES if words in letters), None)


def cause_of(broken: BaseException) -> str:
    """Returns the known cause of an error, or of the earlier error that led to it. If no cause is known, returns the
    class name of the error. Never returns the driver's error text, which may contain a caller's data."""
    seen: BaseException | None = broken
    while seen is not None:
        if cause := known_cause(str(seen)):
            return cause
        seen = seen.__cause__ or seen.__context__
    return type(broken).__name__
