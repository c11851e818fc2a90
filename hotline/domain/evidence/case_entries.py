"""The entries of the dictionary: what became of persons. Pure.

Each: unit, numerator, denominator, what it leaves out; then one sentence in Kinyarwanda, English and French.
"""

from collections.abc import Mapping

Rows = Mapping[str, tuple[str, str, str, str, str, str, str]]
NOT_SAID = "persons of whom nobody has written it down"

CASES: Rows = {
    "met": (
        *(
            "people",
            "persons whom a responder met",
            "",
            "persons of whom a caller told and whom nobody met",
        ),
        "Abantu ushinzwe gufasha yahuye na bo, kabone niyo nta kimenyetso yabonye.",
        "How many persons a responder met, whether or not anything was found.",
        "Combien de personnes un intervenant a rencontrées, que quelque chose ait été trouvé ou non.",
    ),
    "tips_screened": (
        *("tips", "tips in which somebody was screened", "", "how many persons: a tip is one"),
        "Amakuru yabajijwemo nibura umuntu umwe ibibazo by'ibimenyetso.",
        "In how many tips at least one person was asked the questions on site.",
        "Dans combien de signalements au moins une personne a répondu aux questions sur place.",
    ),
    "tips_with_identified": (
        *(
            "tips",
            "tips with an identified person",
            "",
            "how many persons: a raid with fourteen is one tip",
        ),
        "Amakuru yabonetsemo nibura umuntu ufite ibimenyetso byo gucuruzwa.",
        "In how many tips there was an identified person.",
        "Dans combien de signalements il y avait une personne identifiée.",
    ),
    "situations_with_identified": (
        *(
            "situations",
            "situations with an identified person; linked tips are one",
            "",
            "how many told of it",
        ),
        "Ibintu byabaye byabonetsemo nibura umuntu ufite ibimenyetso; amakuru ahuje abarwa rimwe.",
        "In how many situations there was an identified person; linked tips are one situation.",
        "Dans combien de situations il y avait une personne identifiée; des signalements liés n'en font qu'une.",
    ),
    "identified": (
        *(
            "people",
            "persons with signs by a responder, or victims by a deciding body",
            "",
            "who was met by nobody",
        ),
        "Abantu bagaragayeho ibimenyetso byo gucuruzwa, cyangwa urwego rubishinzwe rwabyemeje.",
        "How many persons a responder saw signs in, or a deciding body called a victim.",
        "Combien de personnes présentaient des signes, ou ont été reconnues par l'organe qui décide.",
    ),
    "consent": (
        *(
            "people",
            "identified persons who said yes to help",
            "identified",
            "an adult's no: it is never overridden",
        ),
        "Mu bagaragayeho ibimenyetso, abemeye ubufasha; ku mwana byemezwa n'umukozi ushinzwe abana.",
        "Of those identified, how many said yes to help; of a child, decided with the child officer.",
        "Parmi les personnes identifiées, combien ont dit oui à une aide; pour un enfant, avec l'agent de l'enfance.",
    ),
    "offered": (
        *(
            "people",
            "identified persons for whom a service was asked",
            "identified",
            "help that was given on the spot",
        ),
        "Mu bagaragayeho ibimenyetso, abasabiwe ubufasha nibura ahantu hamwe.",
        "Of those identified, for how many at least one service was asked.",
        "Parmi les personnes identifiées, pour combien au moins un service a été sollicité.",
    ),
    "accepted": (
        *(
            "people",
            "identified persons whom a service accepted",
            "identified",
            "yeses after the last count",
        ),
        "Mu bagaragayeho ibimenyetso, abo nibura serivisi imwe yemeye kwakira.",
        "Of those identified, how many at least one service accepted.",
        "Parmi les personnes identifiées, combien ont été acceptées par au moins un service.",
    ),
    "arrived": (
        *("people", "identified persons who reached help", "identified", NOT_SAID),
        "Mu bagaragayeho ibimenyetso, abageze ku bufasha bahawe.",
        "Of those identified, how many reached the help that was accepted.",
        "Parmi les personnes identifiées, combien sont arrivées à l'aide acceptée.",
    ),
    "thirty_known": (
        *("people", "persons of whom it is known how they are", "arrived", NOT_SAID),
        "Mu bageze ku bufasha, abo bizwi uko bameze nyuma y'iminsi mirongo itatu.",
        "Of those who arrived, of how many it is known how they are thirty days on.",
        "Parmi les personnes arrivées, de combien on sait comment elles vont trente jours après.",
    ),
    "thirty_unknown": (
        *(
            "people",
            "persons of whom nobody could say anything",
            "arrived",
            "persons who were not asked after yet",
        ),
        "Mu bageze ku bufasha, abo nta wabashije kuvuga uko bameze.",
        "Of those who arrived, of how many nobody could say how they are thirty days on.",
        "Parmi les personnes arrivées, de combien personne n'a pu dire comment elles vont trente jours après.",
    ),
    "offers": (
        *("offers", "services that were asked", "", "how many persons: one may have several"),
        "Inshuro serivisi zasabwe gufasha; umuntu umwe ashobora gusabirwa kenshi.",
        "How often a service was asked for help; one person may have several offers.",
        "Combien de fois un service a été sollicité; une personne peut en avoir plusieurs.",
    ),
    "days_to_accepted": (
        *("days", "median days from an offer to its acceptance", "", "offers that nobody accepted"),
        "Iminsi yo hagati kuva serivisi isabwe kugeza yemeye.",
        "How many days pass from an offer to its acceptance, in the middle of all.",
        "Combien de jours passent d'une demande à son acceptation, en médiane.",
    ),
}

FAMILIES: Rows = {
    "screened": (
        *(
            "people",
            "persons by what the questions on site came to",
            "met",
            "persons who were not asked",
        ),
        "Abantu babajijwe, hakurikijwe icyo ibisubizo byagaragaje.",
        "How many persons the questions on site came to this result with: possible, not indicated or unclear.",
        "Combien de personnes ont eu ce résultat aux questions sur place: possible, non indiqué ou pas clair.",
    ),
    "determined": (
        *(
            "people",
            "persons by what a deciding body said",
            "met",
            "persons whom no such body has judged",
        ),
        "Abantu urwego rubishinzwe rwavuzeho ko bacurujwe cyangwa batacurujwe.",
        "Of how many persons a deciding body said that they are victims, or are not.",
        "De combien de personnes l'organe qui décide a dit qu'elles sont victimes, ou non.",
    ),
    "refused": (
        *(
            "offers",
            "offers of which nothing came, for this reason",
            "offers",
            "offers that wait for an answer",
        ),
        "Ubufasha bwasabwe ntibuboneke, hakurikijwe impamvu.",
        "Of how many offers nothing came, for this reason.",
        "Combien de demandes n'ont rien donné, pour cette raison.",
    ),
    "thirty": (
        *("people", "persons who are so thirty days on", "thirty_known", NOT_SAID),
        "Abantu bameze batyo nyuma y'iminsi mirongo itatu bageze ku bufasha.",
        "How many persons are so, thirty days after help was reached.",
        "Combien de personnes vont ainsi, trente jours après être arrivées à l'aide.",
    ),
    "answer": (
        *(
            "answers",
            "answers of people on a roll, each once a session",
            "",
            "people who are on no roll",
        ),
        "Inshuro iki gisubizo cyatanzwe n'abanditse, mu karere kabo.",
        "How often people on a roll gave this answer, by their district.",
        "Combien de fois les personnes inscrites ont donné cette réponse, par district.",
    ),
}
