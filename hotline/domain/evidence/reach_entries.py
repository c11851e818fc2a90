"""The entries of the dictionary: what the line did. Pure.

Each: unit, numerator, denominator, what it leaves out; then one sentence in Kinyarwanda, English and French.
"""

from collections.abc import Mapping

Rows = Mapping[str, tuple[str, str, str, str, str, str, str]]
HIDDEN = "callers whose number is hidden"

REACH: Rows = {
    "person": (
        *(
            "people",
            "different phones that began a session",
            "",
            f"{HIDDEN}; a phone that several share is one",
        ),
        "Abantu bakoresheje umurongo muri uko kwezi, buri wese abarwa rimwe, hashobora kwibeshywaho umwe ku ijana.",
        "How many people used the line in the month, each once, to about one in a hundred.",
        "Combien de personnes ont utilisé la ligne dans le mois, chacune une fois, à une sur cent près environ.",
    ),
    "session": (
        *("sessions", "sessions that were begun", "", "SMS"),
        "Inshuro umurongo wahamagawe muri uko kwezi.",
        "How often the line was dialled in the month.",
        "Combien de fois la ligne a été appelée dans le mois.",
    ),
    "topic": (
        *(
            "readings",
            "topics whose last page was shown, each once a session",
            "",
            "whoever left before it",
        ),
        "Inshuro ingingo zasomwe muri uko kwezi; ingingo ibarwa rimwe muri buri hamagara.",
        "How often a topic was read in the month, each topic once in a session.",
        "Combien de fois un sujet a été lu dans le mois, chaque sujet une fois par appel.",
    ),
    "tip": (
        *(
            "tips",
            "tips that were filed",
            "",
            "complaints; fragments; a correction after the month was made",
        ),
        "Amakuru yatanzwe muri uko kwezi, avuga nibura akarere.",
        "How many tips were filed in the month, with a district at least.",
        "Combien de signalements ont été déposés dans le mois, avec au moins un district.",
    ),
    "complaint": (
        *(
            "complaints",
            "complaints that were filed",
            "",
            "districts: they are counted for the nation alone",
        ),
        "Ibirego byatanzwe muri uko kwezi ku muntu wagombaga gutanga ubufasha.",
        "How many complaints about a helper were made in the month.",
        "Combien de plaintes sur une personne chargée d'aider ont été faites dans le mois.",
    ),
    "fragment": (
        *("tips", "tips left before a district was said", "", "those that became a whole tip"),
        "Amakuru yahagaze akarere kataravugwa.",
        "How many tips were left before a district was said.",
        "Combien de signalements ont été laissés avant qu'un district soit dit.",
    ),
    "quiz_asked": (
        *(
            "pairs of answers",
            "things asked before their lesson and again after it",
            "",
            "things answered once only",
        ),
        "Ibibazo by'isuzume byasubijwe mbere y'isomo no nyuma yaryo n'umuntu umwe.",
        "How often a thing of the quiz was answered both before its lesson and after it.",
        "Combien de fois une question du quiz a reçu une réponse avant la leçon et après.",
    ),
    "quiz_right_before": (
        *(
            "of a hundred",
            "right answers before the lesson",
            "quiz_asked",
            "things asked of fewer than 20",
        ),
        "Ku bisubizo ijana byo mbere y'isomo, ibyari byo.",
        "Of a hundred who answered twice, how many were right before the lesson.",
        "Sur cent personnes qui ont répondu deux fois, combien avaient juste avant la leçon.",
    ),
    "quiz_right_after": (
        *(
            "of a hundred",
            "right answers after the lesson",
            "quiz_asked",
            "things asked of fewer than 20",
        ),
        "Ku bisubizo ijana byo nyuma y'isomo, ibyari byo.",
        "Of a hundred who answered twice, how many were right after the lesson.",
        "Sur cent personnes qui ont répondu deux fois, combien avaient juste après la leçon.",
    ),
    "quiz_gain": (
        *(
            "points of a hundred",
            "quiz_right_after less quiz_right_before",
            "",
            "things asked of fewer than 20",
        ),
        "Uko ibisubizo byari byo byiyongereye nyuma y'isomo, ku ijana.",
        "By how many of a hundred the right answers grew from before the lesson to after it.",
        "De combien sur cent les réponses justes ont augmenté après la leçon.",
    ),
    "gathering": (
        *("sessions", "sessions that leaders held and told of", "", "sessions that nobody told of"),
        "Inama abayobozi b'inzego z'ibanze bakoresheje bakazivuga muri uko kwezi.",
        "How many sessions local leaders held with people, and told of.",
        "Combien de séances les responsables locaux ont tenues et déclarées.",
    ),
    "gathered": (
        *(
            "people",
            "people who came, by the leader's own count",
            "",
            "who came twice: they are counted twice",
        ),
        "Abantu bitabiriye izo nama, nk'uko umuyobozi yababaze.",
        "How many people came to those sessions, by the leader's own count.",
        "Combien de personnes sont venues à ces séances, selon le compte du responsable.",
    ),
    "lesson": (
        *(
            "lessons",
            "lessons whose three cases were answered",
            "",
            "lessons that were left before their end",
        ),
        "Amasomo abakozi bashinzwe gufasha bakoze akarangira.",
        "How many lessons officers took to their end.",
        "Combien de leçons les agents ont suivies jusqu'au bout.",
    ),
    "lesson_answered": (
        *(
            "answers",
            "cases answered in lessons",
            "",
            "a case that was answered again in the same session",
        ),
        "Ibibazo byo mu masomo abakozi basubije.",
        "How many cases officers answered in those lessons.",
        "Combien de cas les agents ont traités dans ces leçons.",
    ),
    "lesson_score": (
        *(
            "of a hundred",
            "right answers in lessons",
            "lesson_answered",
            "districts with fewer than 20 answers",
        ),
        "Ku bisubizo ijana by'abakozi, ibyari byo.",
        "Of a hundred answers of officers, how many were right.",
        "Sur cent réponses des agents, combien étaient justes.",
    ),
}
