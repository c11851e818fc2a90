"""Says what stands first wherever a tip is read: whether helpers may come openly."""

from hotline.domain.referrals.coming import YES, Care, Coming, Manner
from hotline.domain.tip import Matter

DECIDED = {
    Manner.UNSEEN: {
        "rw": "Igihugu kiravuze: jyana na mugenzi wawe, si ku mugaragaro. NTIMUHAMAGARE.",
        "en": "The national desk says: go with a colleague, not openly. Do NOT call.",
        "fr": "Le bureau national dit: allez avec un collègue, pas ouvertement. N'appelez PAS.",
    },
    Manner.OPENLY: {
        "rw": "Igihugu kiravuze: genda ku mugaragaro.",
        "en": "The national desk says: go openly.",
        "fr": "Le bureau national dit: allez-y ouvertement.",
    },
}
ERASED = {
    "rw": "Hari uwabisibye nyuma",
    "en": "Somebody erased it afterwards",
    "fr": "Quelqu'un l'a effacé ensuite",
}
NO_VISIT = {
    "rw": "Abafasha ntibagomba kuhaza",
    "en": "Helpers must not come there",
    "fr": "Personne ne doit venir sur place",
}
MARKED = {
    Care.STAY_AWAY: {
        "rw": "NTIMUGEYO, NTIMUHAMAGARE. Banza ubisome.",
        "en": "do NOT visit, do NOT call. Read it first.",
        "fr": "n'y allez PAS, n'appelez PAS. Lisez d'abord.",
    },
    Care.CAREFUL: {
        "rw": "mwitonde. NTIMUJYEYO ku mugaragaro, NTIMUHAMAGARE. Igihugu ni cyo kivuga uko bigenda.",
        "en": "careful. Do NOT go in openly, do NOT call. The national desk says how.",
        "fr": "prudence. N'entrez PAS ouvertement, n'appelez PAS. Le bureau national dit comment.",
    },
}
NOT_ASKED = {
    "rw": "NTIBYABAJIJWE: genda bucece",
    "en": "NOT ASKED: go unseen",
    "fr": "PAS DEMANDÉ: allez-y discrètement",
}
NOT_SURE = {
    "rw": "Ntazi niba abafasha bahaza: genda bucece",
    "en": "Not sure whether helpers may come: go unseen",
    "fr": "Ne sait pas si on peut venir: allez-y discrètement",
}


def first_line(told: Coming, matter: str, language: str) -> str | None:
    """What stands above a tip's words, before anything else; None where nothing may hurt."""
    if told.manner is not None:
        return DECIDED[Manner(told.manner)][language]
    if told.is_marked:
        why = ERASED if told.erased else NO_VISIT
        return f"{why[language]}: {MARKED[told.care][language]}"
    if matter != Matter.TIP or told.visit == YES:
        return None
    return (NOT_ASKED if told.visit is None else NOT_SURE)[language]


def note(told: Coming, matter: str) -> str | None:
    """The same in a list."""
    if told.manner is not None:
        return f"go {told.manner}"
    if told.is_marked:
        return "careful: not openly" if told.care is Care.CAREFUL else "do not visit"
    return "not asked: go unseen" if told.visit is None and matter == Matter.TIP else None
