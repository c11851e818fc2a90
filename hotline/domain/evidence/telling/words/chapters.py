"""The chapters' titles: Kinyarwanda, English, French. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.telling.chapter import ChapterName

TITLES: Mapping[ChapterName, tuple[str, str, str]] = {
    ChapterName.MONTH: (
        "Muri make",
        "In five sentences",
        "En cinq phrases",
    ),
    ChapterName.REACH: (
        "Abo umurongo wagezeho, n'ibyo basomye",
        "Reach, and what people read",
        "La portée, et ce que les gens lisent",
    ),
    ChapterName.REPORT: (
        "Gutanga amakuru: aho abantu bahagarara",
        "The report: where people stop",
        "Le signalement: où les gens s'arrêtent",
    ),
    ChapterName.ANSWER: (
        "Uwasubije, n'igihe byatwaye",
        "Who answered, and how fast",
        "Qui a répondu, et en combien de temps",
    ),
    ChapterName.SCREENING: (
        "Ibibazo byabajijwe, n'icyo byagaragaje",
        "Screening, and what was found",
        "Les questions sur place, et ce qu'elles montrent",
    ),
    ChapterName.REFERRALS: (
        "Ubufasha: kuva ku bimenyetso kugeza nyuma y'ukwezi",
        "The way to help",
        "Le chemin vers l'aide",
    ),
    ChapterName.PLACES: ("Uturere", "The districts", "Les districts"),
    ChapterName.LEARNING: (
        "Kwiga, n'abayobozi b'inzego z'ibanze",
        "Learning, and local leaders",
        "Apprendre, et les responsables locaux",
    ),
    ChapterName.METHOD: (
        "Uko byabazwe, n'icyo iyi mibare idashobora kuvuga",
        "How it was counted, and what it cannot say",
        "Comment on a compté, et ce que ces chiffres ne disent pas",
    ),
}
TOO_FEW = (
    "Bike cyane ku buryo bitagaragazwa: {titles}.",
    "Too few to show: {titles}.",
    "Trop peu pour être montré: {titles}.",
)
