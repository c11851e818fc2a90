"""How everything was counted, and what it cannot say: Kinyarwanda, English, French. Pure."""

INVENTED = (
    "Iyi mibare yose ni impimbano: ni iy'igerageza, nta muntu n'umwe ivuga.",
    "All of this is invented, to show what such pages look like: no number is about a real person.",
    "Tout ceci est inventé, pour montrer à quoi ressemblent ces pages: aucun chiffre ne parle de quelqu'un.",
)
CONTACTS = (
    "Iyi mibare ibara inshuro abantu bavuganye n'umurongo. Ntivuga uko icuruzwa ry'abantu ringana.",
    "These figures count contacts with a line. They do not say how much trafficking there is, nor whether it grows.",
    "Ces chiffres comptent des contacts avec une ligne. Ils ne disent pas combien il y a de traite, ni si elle augmente.",
)
APART = (
    "Abantu, amakuru n'ibintu byabaye bibarwa ukwabyo: ibintu bimwe byabaye bishobora kugira amakuru menshi n'abantu benshi. Nta na kimwe kigabanywa ikindi.",
    "Persons, tips and situations are counted separately: one situation may have several tips and many persons. Never divide one of them by another.",
    "Les personnes, les signalements et les situations sont comptés chacun à part: une situation peut avoir plusieurs signalements et beaucoup de personnes. Aucun n'est jamais divisé par un autre.",
)
POSSIBLE = (
    "\u201cYagaragayeho ibimenyetso\u201d ni ijambo ry'ushinzwe gufasha; urwego rubishinzwe ni rwo rwonyine rwemeza ko umuntu yacurujwe.",
    "\u201cIdentified\u201d is first a responder's word: only a deciding body says that a person is a victim.",
    "\u201cIdentifiée\u201d est d'abord le mot d'un intervenant: seul l'organe qui décide dit qu'une personne est victime.",
)
BELONGS = (
    "Ukwezi ni uko kwa Kigali. Ikibazo kibarirwa mu kwezi amakuru yacyo yatanzwemo, n'icyo cyavuyemo nyuma.",
    "A month is Kigali's. A case belongs to the month in which its tip was filed, with what became of it later.",
    "Un mois est celui de Kigali. Un cas appartient au mois où son signalement a été déposé, avec ce qu'il est devenu ensuite.",
)
FIRST = (
    "Ni ibarura rya mbere, ryakozwe ku wa {made}. Bizongera kubarwa rimwe gusa, ku wa {again}; nyuma ntibizahinduka.",
    "This is the first count, made on {made}. It is counted once more on {again}, and never after that.",
    "C'est le premier compte, fait le {made}. Il sera refait une seule fois, le {again}, et plus jamais ensuite.",
)
REVISED = (
    "Ni ibarura rya nyuma, ryakozwe ku wa {made}. Ntibizongera kubarwa.",
    "This is the last count, made on {made}. It is never counted again.",
    "C'est le dernier compte, fait le {made}. Il n'est jamais refait.",
)
NEVER = (
    "Ntihabarwa igerageza ry'umurongo, imyitozo, n'amakuru atarangijwe.",
    "Trials of the line, drills and drafts that were never filed are not counted.",
    "Les essais de la ligne, les exercices et les brouillons jamais déposés ne sont pas comptés.",
)
HIDDEN = (
    "\u201c..\u201d iri mu mwanya w'umubare uri munsi ya {smallest}, na zeru irimo, cyangwa uwo washoboraga kuwuhishura: nta muntu ugomba kumenyekana. Muri iri tangazwa, hahishwe imibare {hidden} kuri {all}.",
    "\u201c..\u201d stands for a number under {smallest}, zero included, or for one from which it could be computed: nobody must be recognised. In this edition {hidden} of {all} numbers are hidden.",
    "\u201c..\u201d remplace un nombre sous {smallest}, zéro compris, ou un nombre qui le trahirait: personne ne doit être reconnu. Dans cette édition, {hidden} nombres sur {all} sont cachés.",
)
TOGETHER = (
    "Ahari bake cyane, imirongo myinshi ishyirwa hamwe. Akarongo (\u2013) kavuga ko uwo mubare udatangazwa muri iri tangazwa.",
    "Where there are too few, several rows stand together as one. A dash (\u2013) says that this edition has no such number.",
    "Là où il y en a trop peu, plusieurs lignes sont réunies. Un tiret (\u2013) dit que cette édition n'a pas ce nombre.",
)
BOUNDS = (
    "\u2265 bivuga nibura uwo mubare; \u2264 bivuga kugeza kuri wo.",
    "\u2265 says: at least so much. \u2264 says: at most.",
    "\u2265 veut dire au moins; \u2264 veut dire au plus.",
)
BY_QUARTER = (
    "Ibihe, amakuru yatinze n'amasaha ntawe uri ku kazi bitangazwa buri gihembwe, nyuma y'amezi atatu, ku rwego rw'igihugu gusa.",
    "Times, late tips and hours with nobody on duty are published by quarter, three months later, for the whole country only.",
    "Les délais, les retards et les heures sans garde sont donnés par trimestre, trois mois après, pour tout le pays seulement.",
)
DRAFT = {
    "rw": "Iyi nyandiko mu Kinyarwanda ni umushinga utarasuzumwa.",
    "en": "",
    "fr": "Le texte français est un projet, pas encore relu.",
}
"""Said at the foot of each page until somebody has signed the language."""
