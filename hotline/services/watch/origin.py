"""Whether this line's figures are of an invented year: whatever shows one says so."""

from hotline.errors import StoreUnavailable
from hotline.ports import Kit
from hotline.services.check_result import CheckResult
from hotline.store.watch import origin


def is_invented(kit: Kit) -> bool:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return origin.is_invented(session)


def findings(kit: Kit, *, pretended: bool) -> tuple[CheckResult, ...]:
    """Nothing of a real line. A database that does not answer is another finding's."""
    try:
        if not is_invented(kit):
            return ()
    except StoreUnavailable:
        return ()
    says = "everything in this database is invented, and so is every figure"
    todo = (
        "a real line has a database of its own: set HOTLINE_HOME to another folder, and begin there"
    )
    return (CheckResult("origin", pretended, says, "" if pretended else todo),)
