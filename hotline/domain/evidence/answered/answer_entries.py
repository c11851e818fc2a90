"""The entries of the dictionary: who answered, how soon, and where nobody could. Pure.

Each: unit, numerator, denominator, what it leaves out; then one sentence in Kinyarwanda, English and French. Those of
the steps are made of what is told of a step and of what happened.
"""

from collections.abc import Iterator, Mapping

from hotline.domain.evidence.answered.answer_times import AnswerStep

Row = tuple[str, str, str, str, str, str, str]
NOT_ITS_OWN = "complaints; fragments"
ELSEWHERE = f"{NOT_ITS_OWN}; tips in which nobody said that somebody is there"
HAPPENED: Mapping[AnswerStep, tuple[str, str, str]] = {
    AnswerStep.DELIVERED: (
        "ubutumwa bwageze kuri telefone y'ushinzwe gufasha",
        "an alert was on a responder's phone",
        "une alerte était sur le téléphone d'un intervenant",
    ),
    AnswerStep.ACKNOWLEDGED: (
        "ushinzwe gufasha yabifashe",
        "a responder took it",
        "un intervenant l'a pris",
    ),
    AnswerStep.OPENED: ("hari uwabisomye", "somebody had read it", "quelqu'un l'a lu"),
    AnswerStep.ON_SITE: (
        "ushinzwe gufasha yahageze",
        "a responder was there",
        "un intervenant était sur place",
    ),
    AnswerStep.OUTCOME: (
        "havuzwe icyavuyemo",
        "somebody had said what came of it",
        "quelqu'un a dit la suite",
    ),
}
TOLD: Mapping[str, tuple[str, str, str, tuple[str, str, str]]] = {
    "of": (
        *("tips", "tips of which the times of this step are told", ""),
        (
            "Umubare w'amakuru abariweho ibihe kugeza igihe {}.",
            "Of how many tips it is told how long it took until {}.",
            "De combien de signalements on dit le temps passé jusqu'à ce moment: {}.",
        ),
    ),
    "median": (
        *("minutes", "minutes from filing, in the middle of all; never is the longest", ""),
        (
            "Iminota yashize kugeza igihe {}, kuri kimwe cya kabiri cy'amakuru.",
            "Within how many minutes of filing, in half of the tips, {}.",
            "En combien de minutes, pour la moitié des signalements: {}.",
        ),
    ),
    "ninety": (
        *("minutes", "minutes from filing, in the slowest of nine tips of ten", ""),
        (
            "Iminota yashize kugeza igihe {}, ku makuru icyenda mu icumi.",
            "Within how many minutes of filing, in nine tips of ten, {}.",
            "En combien de minutes, pour neuf signalements sur dix: {}.",
        ),
    ),
    "within": (
        *(
            "of a hundred",
            "tips in which it happened before its clock ended; never is late",
            "tips_answered",
        ),
        (
            "Mu makuru ijana, umubare w'ayo {} mu gihe cyasezeranyijwe.",
            "Of a hundred tips, in how many, within the promised time, {}.",
            "Sur cent signalements, pour combien, dans le temps promis: {}.",
        ),
    ),
}


def _step_rows() -> Iterator[tuple[str, Row]]:
    """Of being there nothing is promised."""
    for step, happened in HAPPENED.items():
        for told, (unit, numerator, denominator, sentences) in TOLD.items():
            if (step, told) == (AnswerStep.ON_SITE, "within"):
                continue
            rw, en, fr = (said.format(what) for said, what in zip(sentences, happened, strict=True))
            leaves_out = ELSEWHERE if step is AnswerStep.ON_SITE else NOT_ITS_OWN
            yield f"{step}_{told}", (unit, numerator, denominator, leaves_out, rw, en, fr)


ANSWER: Mapping[str, Row] = {
    **dict(_step_rows()),
    "tips_answered": (
        *("tips", "tips of which it is asked how they were answered", "", NOT_ITS_OWN),
        "Amakuru yose abarwamo uko yakurikiranywe.",
        "Of how many tips it is told how they were answered.",
        "De combien de signalements on dit comment ils ont été suivis.",
    ),
    "tips_red": (
        *("tips", "tips for which nobody was left to tell", "", NOT_ITS_OWN),
        "Amakuru yageze aho nta wundi usigaye wo kubibwira, ibiro by'igihugu bikomeza kubimenyeshwa.",
        "For how many tips nobody was left to tell, so that the national desk was told again and again.",
        "Pour combien de signalements il ne restait personne à prévenir que le bureau national, encore et encore.",
    ),
    "hours_red": (
        *("hours", "hours in which tips were so", "", "the clock that runs as it is counted"),
        "Amasaha yose hamwe ayo makuru yamaze nta muntu uyafashe.",
        "How many hours, of all such tips together, that went on.",
        "Combien d'heures cela a duré, pour tous ces signalements ensemble.",
    ),
    "hours": (
        *("hours", "hours that were looked at", "", "hours in which the relay did not run"),
        "Amasaha yarebwe niba mu karere hari ushobora kubwirwa.",
        "How many hours it was looked whether a district had somebody who could be told.",
        "Combien d'heures on a regardé si un district avait quelqu'un à prévenir.",
    ),
    "hours_uncovered": (
        *(
            "hours",
            "hours with nobody who is reachable and not on leave",
            "hours",
            "whether somebody works at night: there is no rota yet",
        ),
        "Amasaha akarere katari gafite umuntu n'umwe ushobora kubwirwa.",
        "In how many of these hours a district had nobody who could be told.",
        "Pendant combien de ces heures un district n'avait personne à prévenir.",
    ),
    "sms_sent": (
        *("messages", "messages to responders that were tried", "", "answers to callers"),
        "Ubutumwa bugufi bwoherejwe abashinzwe gufasha.",
        "How many messages to responders were given to the network.",
        "Combien de messages aux intervenants ont été confiés au réseau.",
    ),
    "sms_delivered": (
        *("messages", "those that a report says arrived", "sms_sent", "answers to callers"),
        "Muri bwo, ubwageze kuri telefone.",
        "How many of these were on the phone, as the network says.",
        "Combien d'entre eux sont arrivés sur le téléphone, selon le réseau.",
    ),
    "sms_failed": (
        *("messages", "those that will not arrive", "sms_sent", "those of which nothing is known"),
        "Muri bwo, ubutazagera kuri telefone.",
        "How many of these will not arrive.",
        "Combien d'entre eux n'arriveront pas.",
    ),
    "tips_acted": (
        *(
            "tips",
            "tips in which somebody was there, met a person, asked for help, or closed it with help",
            "",
            f"{NOT_ITS_OWN}; what was said by an SMS that nobody proved",
        ),
        "Amakuru hari uwagize icyo ayakoraho: yahageze, yahuye n'umuntu cyangwa yasabye ubufasha.",
        "In how many tips somebody acted: went there, met a person, or asked for help.",
        "Pour combien de signalements quelqu'un a agi: sur place, avec une personne, ou en demandant une aide.",
    ),
    "acted_of_100": (
        *("of a hundred", "tips in which somebody acted", "tips_answered", NOT_ITS_OWN),
        "Mu makuru ijana, umubare w'ayo hari uwagize icyo ayakoraho.",
        "Of a hundred tips, in how many somebody acted.",
        "Sur cent signalements, pour combien quelqu'un a agi.",
    ),
}
