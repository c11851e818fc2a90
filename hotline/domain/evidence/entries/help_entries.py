"""The entries of the dictionary: services that were asked, and families of figures about persons. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit
from hotline.domain.evidence.entries.left_out import NOT_WRITTEN

OFFERS: Mapping[str, EntryParts] = {
    "offers": EntryParts(
        (
            "Inshuro serivisi zasabwe gufasha; umuntu umwe ashobora gusabirwa kenshi.",
            "How often a service was asked for help; one person may have several offers.",
            "Combien de fois un service a été sollicité; une personne peut en avoir plusieurs.",
        ),
        FigureUnit.OFFERS,
        ("serivisi zasabwe", "services that were asked", "services sollicités"),
        [
            (
                "umubare w'abantu: umwe ashobora gusabirwa kenshi",
                "how many persons: one may have several",
                "le nombre de personnes: une peut en avoir plusieurs",
            )
        ],
    ),
    "days_to_accepted": EntryParts(
        (
            "Iminsi yo hagati kuva serivisi isabwe kugeza yemeye.",
            "How many days pass from an offer to its acceptance, in the middle of all.",
            "Combien de jours passent d'une demande à son acceptation, en médiane.",
        ),
        FigureUnit.DAYS,
        (
            "iminsi yo hagati kuva ubufasha busabwe kugeza bwemewe",
            "median days from an offer to its acceptance",
            "jours en médiane entre une demande et son acceptation",
        ),
        [
            (
                "ubufasha bwasabwe nta wabwemeye",
                "offers that nobody accepted",
                "les demandes que personne n'a acceptées",
            )
        ],
    ),
}
FAMILIES: Mapping[str, EntryParts] = {
    "screened": EntryParts(
        (
            "Abantu babajijwe, hakurikijwe icyo ibisubizo byagaragaje.",
            "How many persons the questions on site came to this result with: possible, not indicated or unclear.",
            "Combien de personnes ont eu ce résultat aux questions sur place: possible, non indiqué ou pas clair.",
        ),
        FigureUnit.PEOPLE,
        (
            "abantu, hakurikijwe icyo ibibazo by'ibimenyetso byagaragaje",
            "persons by what the questions on site came to",
            "personnes selon le résultat des questions sur place",
        ),
        [
            (
                "abatarabajijwe",
                "persons who were not asked",
                "les personnes à qui rien n'a été demandé",
            )
        ],
        "met",
    ),
    "determined": EntryParts(
        (
            "Abantu urwego rubishinzwe rwavuzeho ko bacurujwe cyangwa batacurujwe.",
            "Of how many persons a deciding body said that they are victims, or are not.",
            "De combien de personnes l'organe qui décide a dit qu'elles sont victimes, ou non.",
        ),
        FigureUnit.PEOPLE,
        (
            "abantu, hakurikijwe icyo urwego rubishinzwe rwavuze",
            "persons by what a deciding body said",
            "personnes selon ce qu'a dit l'organe qui décide",
        ),
        [
            (
                "abo nta rwego rurafataho icyemezo",
                "persons whom no such body has judged",
                "les personnes sur qui aucun organe n'a décidé",
            )
        ],
        "met",
    ),
    "refused": EntryParts(
        (
            "Ubufasha bwasabwe ntibuboneke, hakurikijwe impamvu.",
            "Of how many offers nothing came, for this reason.",
            "Combien de demandes n'ont rien donné, pour cette raison.",
        ),
        FigureUnit.OFFERS,
        (
            "ubufasha bwasabwe ntibuboneke kubera iyo mpamvu",
            "offers of which nothing came, for this reason",
            "demandes qui n'ont rien donné, pour cette raison",
        ),
        [
            (
                "ubufasha bwasabwe bugitegereje igisubizo",
                "offers that wait for an answer",
                "les demandes qui attendent une réponse",
            )
        ],
        "offers",
    ),
    "thirty": EntryParts(
        (
            "Abantu bameze batyo nyuma y'iminsi mirongo itatu bageze ku bufasha.",
            "How many persons are so, thirty days after help was reached.",
            "Combien de personnes vont ainsi, trente jours après être arrivées à l'aide.",
        ),
        FigureUnit.PEOPLE,
        (
            "abameze batyo nyuma y'iminsi mirongo itatu",
            "persons who are so thirty days on",
            "personnes qui vont ainsi trente jours après",
        ),
        [NOT_WRITTEN],
        "thirty_known",
    ),
    "answer": EntryParts(
        (
            "Inshuro iki gisubizo cyatanzwe n'abanditse, mu karere kabo.",
            "How often people on a roll gave this answer, by their district.",
            "Combien de fois les personnes inscrites ont donné cette réponse, par district.",
        ),
        FigureUnit.ANSWERS,
        (
            "ibisubizo by'abanditse, buri gisubizo rimwe mu ihamagara",
            "answers of people on a roll, each once a session",
            "réponses des personnes inscrites, chacune une fois par appel",
        ),
        [
            (
                "abatari ku rutonde na rumwe",
                "people who are on no roll",
                "les personnes inscrites nulle part",
            )
        ],
    ),
}
"""An entry of each is of several figures, whose names begin with its own."""
