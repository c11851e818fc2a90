"""The entries of the dictionary: what leaders and officers did with the line. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit

LEARNING: Mapping[str, EntryParts] = {
    "gathering": EntryParts(
        (
            "Inama abayobozi b'inzego z'ibanze bakoresheje bakazivuga muri icyo gihe.",
            "How many sessions local leaders held with people, and told of.",
            "Combien de séances les responsables locaux ont tenues et déclarées.",
        ),
        FigureUnit.GATHERINGS,
        (
            "inama abayobozi bakoresheje bakazivuga",
            "sessions that leaders held and told of",
            "séances que des responsables ont tenues et déclarées",
        ),
        [
            (
                "inama zitavuzwe",
                "sessions that nobody told of",
                "les séances dont personne n'a parlé",
            )
        ],
    ),
    "gathered": EntryParts(
        (
            "Abantu bitabiriye izo nama, nk'uko umuyobozi yababaze.",
            "How many people came to those sessions, by the leader's own count.",
            "Combien de personnes sont venues à ces séances, selon le compte du responsable.",
        ),
        FigureUnit.PEOPLE,
        (
            "abaje mu nama, nk'uko umuyobozi yababaze",
            "people who came, by the leader's own count",
            "personnes venues, selon le compte du responsable",
        ),
        [
            (
                "niba hari uwaje kabiri: abarwa kabiri",
                "who came twice: they are counted twice",
                "qui est venu deux fois: la personne est comptée deux fois",
            )
        ],
    ),
    "lesson": EntryParts(
        (
            "Amasomo abakozi bashinzwe gufasha bakoze akarangira.",
            "How many lessons officers took to their end.",
            "Combien de leçons les agents ont suivies jusqu'au bout.",
        ),
        FigureUnit.LESSONS,
        (
            "amasomo ibibazo byayo bitatu byasubijwe",
            "lessons whose three cases were answered",
            "leçons dont les trois cas ont reçu une réponse",
        ),
        [
            (
                "amasomo yahagaze atarangiye",
                "lessons that were left before their end",
                "les leçons quittées avant leur fin",
            )
        ],
    ),
    "lesson_answered": EntryParts(
        (
            "Ibibazo byo mu masomo abakozi basubije.",
            "How many cases officers answered in those lessons.",
            "Combien de cas les agents ont traités dans ces leçons.",
        ),
        FigureUnit.ANSWERS,
        (
            "ibibazo byasubijwe mu masomo",
            "cases answered in lessons",
            "cas traités dans des leçons",
        ),
        [
            (
                "ikibazo cyongeye gusubizwa muri iyo nshuro",
                "a case that was answered again in the same session",
                "un cas traité de nouveau dans le même appel",
            )
        ],
    ),
    "lesson_score": EntryParts(
        (
            "Ku bisubizo ijana by'abakozi, ibyari byo.",
            "Of a hundred answers of officers, how many were right.",
            "Sur cent réponses des agents, combien étaient justes.",
        ),
        FigureUnit.PERCENT,
        (
            "ibisubizo byari byo mu masomo",
            "right answers in lessons",
            "réponses justes dans des leçons",
        ),
        [
            (
                "uturere dufite ibisubizo biri munsi ya 20",
                "districts with fewer than 20 answers",
                "les districts de moins de 20 réponses",
            )
        ],
        "lesson_answered",
    ),
}
