"""The entries of the dictionary: who answered, and where nobody could. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit
from hotline.domain.evidence.entries.left_out import NOT_TIPS, TO_CALLERS
from hotline.domain.evidence.entries.step_entries import step_entries

ANSWER: Mapping[str, EntryParts] = {
    **dict(step_entries()),
    "tips_answered": EntryParts(
        (
            "Amakuru yose abarwamo uko yakurikiranywe.",
            "Of how many tips it is told how they were answered.",
            "De combien de signalements on dit comment ils ont été suivis.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru avugwaho uko yakurikiranywe",
            "tips of which it is asked how they were answered",
            "signalements dont on demande comment ils ont été suivis",
        ),
        NOT_TIPS,
    ),
    "tips_red": EntryParts(
        (
            "Amakuru yageze aho nta wundi usigaye wo kubibwira, ibiro by'igihugu bikomeza kubimenyeshwa.",
            "Tips for which everyone was alerted and no one took them. The national desk was alerted again and again.",
            "Pour combien de signalements il ne restait personne à prévenir que le bureau national, encore et encore.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru bose bamenyeshejwe, ntihagire uyafata",
            "tips for which everyone was alerted and no one took them",
            "signalements où tous ont été alertés et personne ne les a pris",
        ),
        NOT_TIPS,
    ),
    "hours_red": EntryParts(
        (
            "Amasaha yose hamwe ayo makuru yamaze nta muntu uyafashe.",
            "How many hours, of all such tips together, that went on.",
            "Combien d'heures cela a duré, pour tous ces signalements ensemble.",
        ),
        FigureUnit.HOURS,
        (
            "amasaha amakuru yamaze atyo",
            "hours in which tips were so",
            "heures où des signalements étaient ainsi",
        ),
        [
            (
                "igihe kikibarwa",
                "the clock that runs as it is counted",
                "le délai qui court encore au moment du compte",
            )
        ],
    ),
    "hours": EntryParts(
        (
            "Amasaha yarebwe niba mu karere hari ushobora kubwirwa.",
            "How many hours it was looked whether a district had somebody who could be told.",
            "Combien d'heures on a regardé si un district avait quelqu'un à prévenir.",
        ),
        FigureUnit.HOURS,
        ("amasaha yarebwe", "hours that were looked at", "heures qui ont été regardées"),
        [
            (
                "amasaha sisitemu itakoraga",
                "hours in which the relay did not run",
                "les heures où le système ne marchait pas",
            )
        ],
    ),
    "hours_uncovered": EntryParts(
        (
            "Amasaha akarere katari gafite umuntu n'umwe ushobora kubwirwa.",
            "In how many of these hours a district had nobody who could be told.",
            "Pendant combien de ces heures un district n'avait personne à prévenir.",
        ),
        FigureUnit.HOURS,
        (
            "amasaha nta muntu uboneka kandi utari mu kiruhuko wari uhari",
            "hours with nobody who is reachable and not on leave",
            "heures sans personne qui soit joignable et pas en congé",
        ),
        [
            (
                "niba hari ukora nijoro: nta ngengabihe irahari",
                "whether somebody works at night: there is no rota yet",
                "si quelqu'un travaille la nuit: il n'y a pas encore de planning",
            )
        ],
        "hours",
    ),
    "sms_sent": EntryParts(
        (
            "Ubutumwa bugufi bwoherejwe abashinzwe gufasha.",
            "How many messages to responders were given to the network.",
            "Combien de messages aux intervenants ont été confiés au réseau.",
        ),
        FigureUnit.MESSAGES,
        (
            "ubutumwa ku bashinzwe gufasha bwageragejwe koherezwa",
            "messages to responders that were tried",
            "messages aux intervenants dont l'envoi a été tenté",
        ),
        [TO_CALLERS],
    ),
    "sms_delivered": EntryParts(
        (
            "Muri bwo, ubwageze kuri telefone.",
            "How many of these were on the phone, as the network says.",
            "Combien d'entre eux sont arrivés sur le téléphone, selon le réseau.",
        ),
        FigureUnit.MESSAGES,
        (
            "ubwo umuyoboro wavuze ko bwageze",
            "those that a report says arrived",
            "ceux que le réseau dit arrivés",
        ),
        [TO_CALLERS],
        "sms_sent",
    ),
    "sms_failed": EntryParts(
        (
            "Muri bwo, ubutazagera kuri telefone.",
            "How many of these will not arrive.",
            "Combien d'entre eux n'arriveront pas.",
        ),
        FigureUnit.MESSAGES,
        ("ubutazagera", "those that will not arrive", "ceux qui n'arriveront pas"),
        [
            (
                "ubwo nta kizwi kuri bwo",
                "those of which nothing is known",
                "ceux dont on ne sait rien",
            )
        ],
        "sms_sent",
    ),
    "tips_acted": EntryParts(
        (
            "Amakuru hari uwagize icyo ayakoraho: yahageze, yahuye n'umuntu cyangwa yasabye ubufasha.",
            "In how many tips somebody acted: went there, met a person, or asked for help.",
            "Pour combien de signalements quelqu'un a agi: sur place, avec une personne, ou en demandant une aide.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru hari uwahageze, wahuye n'umuntu, wasabye ubufasha cyangwa wayasoje hatanzwe ubufasha",
            "tips in which somebody was there, met a person, asked for help, or closed it with help",
            "signalements où quelqu'un est allé sur place, a rencontré une personne, ou a demandé ou donné une aide",
        ),
        [
            *NOT_TIPS,
            (
                "ibyavuzwe kuri SMS bitemejwe",
                "what was said by an SMS that nobody proved",
                "ce qu'un SMS non vérifié a dit",
            ),
        ],
    ),
    "acted_of_100": EntryParts(
        (
            "Mu makuru ijana, umubare w'ayo hari uwagize icyo ayakoraho.",
            "Of a hundred tips, in how many somebody acted.",
            "Sur cent signalements, pour combien quelqu'un a agi.",
        ),
        FigureUnit.PERCENT,
        (
            "amakuru hari uwagize icyo ayakoraho",
            "tips in which somebody acted",
            "signalements où quelqu'un a agi",
        ),
        NOT_TIPS,
        "tips_answered",
    ),
}
