"""Lists the names that no account has: the audit log gives them to processes of the line, and to desks. Pure."""

from collections.abc import Iterable, Iterator

from hotline.domain.desk.audit_sentences import PROCESSES
from hotline.domain.places.places import districts
from hotline.text.names import is_one_name

PROCESS_NAMES = (
    *PROCESSES.values(),
    *PROCESSES,
    *("clock", "command line", "demo", "hotline", "init", "machine", "server", "somebody"),
    *("the demo", "the hotline", "the machine", "the server", "the watchman", "watchman"),
    *("l'horloge", "la console", "la ligne", "la ligne de commande", "quelqu'un"),
    *("la personne qui a le reçu", "le téléphone qui l'a écrit", "le serveur", "la machine"),
    *("isaha", "umurongo", "ibiro byo kuri mudasobwa", "amategeko yo kuri mudasobwa"),
    *("ufite nimero yahawe", "telefoni yabyanditse", "undi muntu", "mudasobwa", "imashini"),
)
"""Names of the line's processes in its three languages, as the console's catalogue says them, and close to it."""
NATIONAL_NAMES = (
    *("national", "national desk", "the national desk", "the nation"),
    *("national", "bureau national", "le bureau national"),
    *("ibiro by'igihugu", "ibiro bikuru"),
)
AROUND = ("{}", "{} desk", "the {} desk", "desk {}", "bureau {}", "bureau de {}", "ibiro bya {}")
"""How the three languages call the desk of a place."""


def is_reserved(name: str, desks: Iterable[str]) -> bool:
    """Returns True for a name of a process, or of a desk: those of the districts and the nation, and `desks`."""
    return any(is_one_name(name, one) for one in _reserved(desks))


def _reserved(desks: Iterable[str]) -> Iterator[str]:
    yield from PROCESS_NAMES
    yield from NATIONAL_NAMES
    for called in (*(area.name for area in districts()), *desks):
        yield from (words.format(called) for words in AROUND)
