"""What several figures leave out, and what none counts: each said once, in Kinyarwanda, English and French. Pure."""

from hotline.domain.evidence.entries.figure_entry import Words

NOWHERE: Words = (
    "igerageza ry'umurongo, imyitozo n'umwaka w'impimbano; amakuru yatangiwe ntatangwe",
    "trials of the line, drills and an invented year; drafts that were never filed",
    "les essais de la ligne, les exercices et une année inventée; les brouillons jamais déposés",
)
"""What no figure counts."""
COMPLAINTS: Words = ("ibirego", "complaints", "les plaintes")
FRAGMENTS: Words = ("amakuru atarangijwe", "fragments", "les fragments")
NOT_TIPS = (COMPLAINTS, FRAGMENTS)
LOST = (
    ("SMS", "what comes by SMS", "ce qui vient par SMS"),
    (
        "aho abashinzwe gufasha binjirira",
        "responders' own entry",
        "l'accès des intervenants",
    ),
    (
        "amahamagara mudasobwa yahagaze itarayabara",
        "sessions of which a web process died before it had counted them",
        "les appels qu'un serveur arrêté n'avait pas encore comptés",
    ),
)
"""Of what is counted when a session by USSD is over."""
OTHER_REPORTS = (
    *LOST,
    (
        "amakuru ya kabiri yo mu ihamagara rimwe",
        "a second report of the same session",
        "un deuxième signalement du même appel",
    ),
)
FEW_ASKED: Words = (
    "ibyabajijwe abantu bari munsi ya 20",
    "things asked of fewer than 20",
    "ce qui a été demandé à moins de 20 personnes",
)
NOT_WRITTEN: Words = (
    "abo nta wabyanditse",
    "persons of whom nobody has written it down",
    "les personnes pour qui personne ne l'a noté",
)
TO_CALLERS: Words = (
    "ibisubizo byahawe abahamagaye",
    "answers to callers",
    "les réponses aux appelants",
)
NOBODY_THERE: Words = (
    "ayo nta wavuze ko yahageze",
    "tips in which nobody said that somebody is there",
    "ceux où personne n'a dit être sur place",
)
