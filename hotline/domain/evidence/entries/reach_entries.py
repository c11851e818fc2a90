"""The entries of the dictionary: what the line did. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit
from hotline.domain.evidence.entries.left_out import FEW_ASKED, NOT_TIPS

REACH: Mapping[str, EntryParts] = {
    "person": EntryParts(
        (
            "Abantu bakoresheje umurongo muri uko kwezi, buri wese abarwa rimwe, hashobora kwibeshywaho umwe ku ijana.",
            "How many people used the line in the month, each once, to about one in a hundred.",
            "Combien de personnes ont utilisé la ligne dans le mois, chacune une fois, à une sur cent près environ.",
        ),
        FigureUnit.PEOPLE,
        (
            "telefone zitandukanye zatangiye guhamagara umurongo",
            "different phones that began a session",
            "téléphones différents qui ont commencé un appel",
        ),
        [
            ("abahisha nomero", "callers whose number is hidden", "les numéros cachés"),
            (
                "telefone isangiwe na benshi ibarwa rimwe",
                "a phone that several share is one",
                "un téléphone partagé compte pour un",
            ),
        ],
    ),
    "session": EntryParts(
        (
            "Inshuro umurongo wahamagawe muri icyo gihe.",
            "How often the line was dialled in the period.",
            "Combien de fois la ligne a été appelée dans la période.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yatangiye; isomo cyangwa amakuru yo kuri SMS abarwa rimwe",
            "sessions that were begun; a lesson or a tip by SMS is one",
            "appels commencés; une leçon ou un signalement par SMS en est un",
        ),
        [
            (
                "SMS z'abo umurongo udashobora gusubiza",
                "SMS of whom the line cannot answer",
                "les SMS de ceux à qui la ligne ne peut pas répondre",
            )
        ],
    ),
    "topic": EntryParts(
        (
            "Inshuro ingingo zasomwe muri icyo gihe; ingingo ibarwa rimwe muri buri hamagara.",
            "How often a topic was read in the period, each topic once in a session.",
            "Combien de fois un sujet a été lu dans la période, chaque sujet une fois par appel.",
        ),
        FigureUnit.READINGS,
        (
            "ingingo zagejejwe kuri paji ya nyuma, buri yose rimwe mu ihamagara",
            "topics whose last page was shown, each once a session",
            "sujets dont la dernière page a été montrée, chacun une fois par appel",
        ),
        [
            (
                "abavuyemo paji ya nyuma itaragerwaho",
                "whoever left before it",
                "les personnes parties avant cette page",
            )
        ],
    ),
    "tip": EntryParts(
        (
            "Amakuru yatanzwe muri icyo gihe, avuga nibura akarere.",
            "How many tips were filed in the period, with a district at least.",
            "Combien de signalements ont été déposés dans la période, avec au moins un district.",
        ),
        FigureUnit.TIPS,
        ("amakuru yatanzwe", "tips that were filed", "signalements déposés"),
        [
            *NOT_TIPS,
            (
                "ibyakosowe ukwezi kumaze kubarwa",
                "a correction after the month was made",
                "une correction après le compte du mois",
            ),
        ],
    ),
    "complaint": EntryParts(
        (
            "Ibirego byatanzwe muri icyo gihe ku muntu wagombaga gutanga ubufasha.",
            "How many complaints about a helper were made in the period.",
            "Combien de plaintes sur une personne chargée d'aider ont été faites dans la période.",
        ),
        FigureUnit.COMPLAINTS,
        ("ibirego byatanzwe", "complaints that were filed", "plaintes déposées"),
        [
            (
                "uturere: bibarwa ku gihugu cyose gusa",
                "districts: they are counted for the nation alone",
                "le district: les plaintes sont comptées pour le pays seulement",
            )
        ],
    ),
    "fragment": EntryParts(
        (
            "Amakuru yahagaze akarere kataravugwa.",
            "How many tips were left before a district was said.",
            "Combien de signalements ont été laissés avant qu'un district soit dit.",
        ),
        FigureUnit.TIPS,
        (
            "amakuru yahagaze akarere kataravugwa",
            "tips left before a district was said",
            "signalements laissés avant le district",
        ),
        [("ayaje kuzuzwa", "those that became a whole tip", "ceux qui sont devenus entiers")],
    ),
    "quiz_asked": EntryParts(
        (
            "Ibibazo by'isuzume byasubijwe mbere y'isomo no nyuma yaryo n'umuntu umwe.",
            "How often a thing of the quiz was answered both before its lesson and after it.",
            "Combien de fois une question du quiz a reçu une réponse avant la leçon et après.",
        ),
        FigureUnit.PAIRS,
        (
            "ibibazo byabajijwe mbere y'isomo ryabyo, bikongera kubazwa nyuma yaryo",
            "things asked before their lesson and again after it",
            "questions posées avant leur leçon et encore après",
        ),
        [("ibyasubijwe rimwe gusa", "things answered once only", "ce qui n'a eu qu'une réponse")],
    ),
    "quiz_right_before": EntryParts(
        (
            "Ku bisubizo ijana byo mbere y'isomo, ibyari byo.",
            "Of a hundred who answered twice, how many were right before the lesson.",
            "Sur cent personnes qui ont répondu deux fois, combien avaient juste avant la leçon.",
        ),
        FigureUnit.PERCENT,
        (
            "ibisubizo byari byo mbere y'isomo",
            "right answers before the lesson",
            "réponses justes avant la leçon",
        ),
        [FEW_ASKED],
        "quiz_asked",
    ),
    "quiz_right_after": EntryParts(
        (
            "Ku bisubizo ijana byo nyuma y'isomo, ibyari byo.",
            "Of a hundred who answered twice, how many were right after the lesson.",
            "Sur cent personnes qui ont répondu deux fois, combien avaient juste après la leçon.",
        ),
        FigureUnit.PERCENT,
        (
            "ibisubizo byari byo nyuma y'isomo",
            "right answers after the lesson",
            "réponses justes après la leçon",
        ),
        [FEW_ASKED],
        "quiz_asked",
    ),
    "quiz_gain": EntryParts(
        (
            "Uko ibisubizo byari byo byiyongereye nyuma y'isomo, ku ijana.",
            "By how many of a hundred the right answers grew from before the lesson to after it.",
            "De combien sur cent les réponses justes ont augmenté après la leçon.",
        ),
        FigureUnit.POINTS,
        (
            "ibyari byo nyuma y'isomo (quiz_right_after) ukuyemo ibya mbere yaryo (quiz_right_before)",
            "quiz_right_after less quiz_right_before",
            "quiz_right_after moins quiz_right_before",
        ),
        [FEW_ASKED],
    ),
}
