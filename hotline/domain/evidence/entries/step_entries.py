"""The entries of the dictionary: how soon something happened, of what is told of each step. Pure."""

from collections.abc import Iterator, Mapping

from hotline.domain.evidence.answered.answer_times import AnswerStep
from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit, Words
from hotline.domain.evidence.entries.left_out import NOBODY_THERE, NOT_TIPS

HAPPENED: Mapping[AnswerStep, Words] = {
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
TOLD: Mapping[str, EntryParts] = {
    "of": EntryParts(
        (
            "Umubare w'amakuru abariweho ibihe kugeza igihe {}.",
            "Of how many tips it is told how long it took until {}.",
            "De combien de signalements on dit le temps passé jusqu'à ce moment: {}.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru avugwaho igihe iyi ntambwe yafashe",
            "tips of which the times of this step are told",
            "signalements dont on dit le délai de cette étape",
        ),
        [],
    ),
    "median": EntryParts(
        (
            "Iminota yashize kugeza igihe {}, kuri kimwe cya kabiri cy'amakuru.",
            "Within how many minutes of filing, in half of the tips, {}.",
            "En combien de minutes, pour la moitié des signalements: {}.",
        ),
        FigureUnit.MINUTES,
        (
            "iminota kuva amakuru atanzwe, ku ya hagati muri yose; ibitarabaye bifatwa nk'ibyatinze kurusha ibindi",
            "minutes from filing, in the middle of all; never is the longest",
            "minutes depuis le dépôt, en médiane; jamais compte pour le plus long",
        ),
        [],
    ),
    "ninety": EntryParts(
        (
            "Iminota yashize kugeza igihe {}, ku makuru icyenda mu icumi.",
            "Within how many minutes of filing, in nine tips of ten, {}.",
            "En combien de minutes, pour neuf signalements sur dix: {}.",
        ),
        FigureUnit.MINUTES,
        (
            "iminota kuva amakuru atanzwe, ku yatinze cyane mu icyenda ku icumi yihuse kurusha ayandi",
            "minutes from filing, in the slowest of nine tips of ten",
            "minutes depuis le dépôt, pour le plus lent de neuf signalements sur dix",
        ),
        [],
    ),
    "within": EntryParts(
        (
            "Mu makuru ijana, umubare w'ayo {} mu gihe cyasezeranyijwe.",
            "Of a hundred tips, in how many, within the promised time, {}.",
            "Sur cent signalements, pour combien, dans le temps promis: {}.",
        ),
        FigureUnit.PERCENT,
        (
            "amakuru byabayeho igihe cyasezeranyijwe kitarashira; ibitarabaye bifatwa nk'ibyatinze",
            "tips in which it happened before its clock ended; never is late",
            "signalements où c'est arrivé dans le temps promis; jamais compte pour un retard",
        ),
        [],
        "tips_answered",
    ),
}


def step_entries() -> Iterator[tuple[str, EntryParts]]:
    """Of being there nothing is promised."""
    for step, happened in HAPPENED.items():
        out = [*NOT_TIPS, NOBODY_THERE] if step is AnswerStep.ON_SITE else NOT_TIPS
        for name, told in TOLD.items():
            if (step, name) != (AnswerStep.ON_SITE, "within"):
                rw, en, fr = map(str.format, told.says, happened)
                parts = EntryParts((rw, en, fr), told.unit, told.numerator, out, told.denominator)
                yield f"{step}_{name}", parts
