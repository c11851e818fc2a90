"""The entries of the dictionary: who was met, and the way to help in its steps. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit
from hotline.domain.evidence.entries.left_out import NOT_WRITTEN

CASES: Mapping[str, EntryParts] = {
    "met": EntryParts(
        (
            "Abantu ushinzwe gufasha yahuye na bo, kabone niyo nta kimenyetso yabonye.",
            "How many persons a responder met, whether or not anything was found.",
            "Combien de personnes un intervenant a rencontrées, que quelque chose ait été trouvé ou non.",
        ),
        FigureUnit.PEOPLE,
        (
            "abantu bahuye n'ushinzwe gufasha",
            "persons whom a responder met",
            "personnes qu'un intervenant a rencontrées",
        ),
        [
            (
                "abavuzwe n'uwahamagaye ariko nta wahuye na bo",
                "persons of whom a caller told and whom nobody met",
                "les personnes dont on a parlé et que personne n'a rencontrées",
            )
        ],
    ),
    "tips_screened": EntryParts(
        (
            "Amakuru yabajijwemo nibura umuntu umwe ibibazo by'ibimenyetso.",
            "In how many tips at least one person was asked the questions on site.",
            "Dans combien de signalements au moins une personne a répondu aux questions sur place.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru yabajijwemo umuntu ibibazo by'ibimenyetso",
            "tips in which somebody was screened",
            "signalements où quelqu'un a eu les questions sur place",
        ),
        [
            (
                "umubare w'abantu: amakuru abarwa rimwe",
                "how many persons: a tip is one",
                "le nombre de personnes: un signalement compte pour un",
            )
        ],
    ),
    "tips_with_identified": EntryParts(
        (
            "Amakuru yabonetsemo nibura umuntu ufite ibimenyetso byo gucuruzwa.",
            "In how many tips there was an identified person.",
            "Dans combien de signalements il y avait une personne identifiée.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru arimo umuntu wagaragayeho ibimenyetso",
            "tips with an identified person",
            "signalements avec une personne identifiée",
        ),
        [
            (
                "umubare w'abantu: aho basanze cumi na bane ni amakuru amwe",
                "how many persons: a raid with fourteen is one tip",
                "le nombre de personnes: quatorze à un endroit font un signalement",
            )
        ],
    ),
    "situations_with_identified": EntryParts(
        (
            "Ibintu byabaye byabonetsemo nibura umuntu ufite ibimenyetso; amakuru ahuje abarwa rimwe.",
            "In how many situations there was an identified person; linked tips are one situation.",
            "Dans combien de situations il y avait une personne identifiée; des signalements liés n'en font qu'une.",
        ),
        FigureUnit.SITUATIONS,
        (
            "ibintu byabaye birimo uwagaragayeho ibimenyetso; amakuru ahuje abarwa rimwe",
            "situations with an identified person; linked tips are one",
            "situations avec une personne identifiée; des signalements liés n'en font qu'une",
        ),
        [("umubare w'ababivuze", "how many told of it", "combien de personnes en ont parlé")],
    ),
    "identified": EntryParts(
        (
            "Abantu bagaragayeho ibimenyetso byo gucuruzwa, cyangwa urwego rubishinzwe rwabyemeje.",
            "How many persons a responder saw signs in, or a deciding body called a victim.",
            "Combien de personnes présentaient des signes, ou ont été reconnues par l'organe qui décide.",
        ),
        FigureUnit.PEOPLE,
        (
            "abo ushinzwe gufasha yabonyeho ibimenyetso, cyangwa urwego rubishinzwe rwemeje",
            "persons with signs by a responder, or victims by a deciding body",
            "personnes avec des signes selon un intervenant, ou victimes selon l'organe qui décide",
        ),
        [
            (
                "uwo nta wahuye na we",
                "who was met by nobody",
                "les personnes que personne n'a rencontrées",
            )
        ],
    ),
    "consent": EntryParts(
        (
            "Mu bagaragayeho ibimenyetso, abemeye ubufasha; ku mwana byemezwa n'umukozi ushinzwe abana.",
            "Of those identified, how many said yes to help; of a child, decided with the child officer.",
            "Parmi les personnes identifiées, combien ont dit oui à une aide; pour un enfant, avec son agent.",
        ),
        FigureUnit.PEOPLE,
        (
            "abagaragayeho ibimenyetso bemeye ubufasha",
            "identified persons who said yes to help",
            "personnes identifiées qui ont dit oui à une aide",
        ),
        [
            (
                "umuntu mukuru wavuze oya: ijambo rye ntirirengwa",
                "an adult's no: it is never overridden",
                "le non d'un adulte: on ne passe jamais outre",
            )
        ],
        "identified",
    ),
    "offered": EntryParts(
        (
            "Mu bagaragayeho ibimenyetso, abasabiwe ubufasha nibura ahantu hamwe.",
            "Of those identified, for how many at least one service was asked.",
            "Parmi les personnes identifiées, pour combien au moins un service a été sollicité.",
        ),
        FigureUnit.PEOPLE,
        (
            "abagaragayeho ibimenyetso basabiwe serivisi",
            "identified persons for whom a service was asked",
            "personnes identifiées pour qui un service a été sollicité",
        ),
        [
            (
                "ubufasha bwatanzwe aho ngaho",
                "help that was given on the spot",
                "une aide donnée sur place",
            )
        ],
        "identified",
    ),
    "accepted": EntryParts(
        (
            "Mu bagaragayeho ibimenyetso, abo nibura serivisi imwe yemeye kwakira.",
            "Of those identified, how many at least one service accepted.",
            "Parmi les personnes identifiées, combien ont été acceptées par au moins un service.",
        ),
        FigureUnit.PEOPLE,
        (
            "abagaragayeho ibimenyetso serivisi yemeye kwakira",
            "identified persons whom a service accepted",
            "personnes identifiées qu'un service a acceptées",
        ),
        [
            (
                "abemewe ibarura rya nyuma rirangiye",
                "yeses after the last count",
                "les oui après le dernier compte",
            )
        ],
        "identified",
    ),
    "arrived": EntryParts(
        (
            "Mu bagaragayeho ibimenyetso, abageze ku bufasha bahawe.",
            "Of those identified, how many reached the help that was accepted.",
            "Parmi les personnes identifiées, combien sont arrivées à l'aide acceptée.",
        ),
        FigureUnit.PEOPLE,
        (
            "abagaragayeho ibimenyetso bageze ku bufasha",
            "identified persons who reached help",
            "personnes identifiées arrivées à l'aide",
        ),
        [NOT_WRITTEN],
        "identified",
    ),
    "thirty_known": EntryParts(
        (
            "Mu bageze ku bufasha, abo bizwi uko bameze nyuma y'iminsi mirongo itatu.",
            "Of those who arrived, of how many it is known how they are thirty days on.",
            "Parmi les personnes arrivées, de combien on sait comment elles vont trente jours après.",
        ),
        FigureUnit.PEOPLE,
        (
            "abo bizwi uko bameze",
            "persons of whom it is known how they are",
            "personnes dont on sait comment elles vont",
        ),
        [NOT_WRITTEN],
        "arrived",
    ),
    "thirty_unknown": EntryParts(
        (
            "Mu bageze ku bufasha, abo nta wabashije kuvuga uko bameze.",
            "Of those who arrived, of how many nobody could say how they are thirty days on.",
            "Parmi les personnes arrivées, de combien personne n'a pu dire comment elles vont trente jours après.",
        ),
        FigureUnit.PEOPLE,
        (
            "abo nta wabashije kugira icyo abavugaho",
            "persons of whom nobody could say anything",
            "personnes dont personne n'a rien pu dire",
        ),
        [
            (
                "abatarabazwaho",
                "persons who were not asked after yet",
                "les personnes dont on n'a pas encore pris de nouvelles",
            )
        ],
        "arrived",
    ),
}
