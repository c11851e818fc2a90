"""Describes the cause of a failed connection in the hotline's own words. The error text of a driver (the library that
connects to a database) could contain the database's address or a caller's data, so the hotline does not show it."""

CAUSES = {
    "connection refused": "connection refused",
    "wrong password": "password authentication failed|wrongpass|invalid username-password|invalid password",
    "no password is given": "authentication required|noauth|no password supplied",
    "the account may not do that": "noperm",
    "the account or this address is refused": "no pg_hba.conf entry",
    "unknown host name": "could not translate host name|failed to resolve host|name or service not known"
    "|name resolution|no address associated",
    "disk full": "no space left|could not extend file|disk is full",
    "its disk is full or cannot be written": "misconf",
    "its memory is full": "used memory >",
    "too many connections": "too many connections|too many clients|remaining connection slots",
    "it is starting": "starting up",
    "it is ending": "shutting down",
    "read-only": "read-only|readonly",
    "the file is no database": "file is not a database",
    "the file is damaged": "malformed",
    "disk full or damaged": "disk i/o error",
    "the file cannot be opened": "unable to open database file",
    "locked by another process": "is locked|lock timeout",
    "no answer in time": "statement timeout|timeout expired|timed out|timeout",
    "its certificate is refused": "certificate verify failed",
    "permission denied": "permission denied",
    "its socket is not there": "no such file or directory",
    "no such database or account": "does not exist",
    "network unreachable": "network is unreachable|no route to host",
    "it closed the connection": "closed the connection|reset by peer",
}
"""Maps each cause of an error to parts of drivers' error texts in lower case, separated by `|`. If several parts occur
in an error's text, the first part in this table gives the cause."""


def known_cause(text: str) -> str | None:
    """Returns the cause that belongs to a driver's error text, or None if no entry of `CAUSES` matches the text."""
    letters = text.casefold()
    for cause, parts in CAUSES.items():
        if any(part in letters for part in parts.split("|")):
            return cause
    return None


def cause_of(broken: BaseException) -> str:
    """Returns the known cause of an error, or of the earlier error that led to it. If no cause is known, returns the
    class name of the error. Never returns the driver's error text, which may contain a caller's data."""
    error: BaseException | None = broken
    while error is not None:
        if cause := known_cause(str(error)):
            return cause
        error = error.__cause__ or error.__context__
    return type(broken).__name__
