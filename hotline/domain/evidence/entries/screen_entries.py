"""The entries of the dictionary: where sessions went, where they were left, and how far reports came. Pure."""

from collections.abc import Mapping

from hotline.domain.evidence.entries.figure_entry import EntryParts, FigureUnit
from hotline.domain.evidence.entries.left_out import LOST, OTHER_REPORTS

SCREENS: Mapping[str, EntryParts] = {
    "screen_shown": EntryParts(
        (
            "Mu mahamagara angahe iyo paji yagaragaye.",
            "In how many sessions this screen was shown.",
            "Dans combien d'appels cet écran a été montré.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yerekanywemo iyo paji, buri ryose rimwe, mu rurimi rwasomwe bwa nyuma, kuri verisiyo no mu"
            " cyumweru ryatangiriyemo",
            "sessions that were shown the screen, each once, in the language that was read last, of the revision and in"
            " the week in which it began",
            "appels où l'écran a été montré, chacun une fois, dans la dernière langue lue, selon la version et la"
            " semaine de leur début",
        ),
        LOST,
    ),
    "screen_answered": EntryParts(
        (
            "Muri ayo mahamagara, angahe yakomeje asubije kuri iyo paji.",
            "In how many of these an answer on it led on.",
            "Dans combien de ces appels une réponse a mené plus loin.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yavuye kuri iyo paji asubije",
            "sessions that left the screen by an answer",
            "appels qui ont quitté l'écran par une réponse",
        ),
        [
            *LOST,
            (
                "gusubira inyuma, ahabanza n'ururimi rwahiswemo aho",
                "back, home and a language chosen there",
                "retour, accueil et langue choisie là",
            ),
            (
                "paji zitabaza",
                "screens that ask nothing",
                "les écrans qui ne demandent rien",
            ),
        ],
        "screen_shown",
    ),
    "flow_begun": EntryParts(
        (
            "Mu mahamagara angahe icyo gice cyatangiye.",
            "In how many sessions this part of the line was begun.",
            "Dans combien d'appels cette partie de la ligne a été commencée.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yerekanywemo paji y'icyo gice",
            "sessions that were shown a screen of the flow",
            "appels où un écran de cette partie a été montré",
        ),
        LOST,
    ),
    "flow_left": EntryParts(
        (
            "Muri ayo mahamagara, angahe yarangiriye aho atageze ku musozo.",
            "How many of these broke off there, before an end was shown.",
            "Combien de ces appels se sont arrêtés là, avant un écran de fin.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara paji yayo ya nyuma ari iy'icyo gice kandi atari umusozo",
            "sessions whose last screen is of the flow and no end",
            "appels dont le dernier écran est de cette partie et n'est pas une fin",
        ),
        [
            *LOST,
            (
                "niba umuntu yari yabonye icyo yashakaga",
                "whether the caller had what was wanted",
                "si la personne avait ce qu'elle cherchait",
            ),
        ],
        "flow_begun",
    ),
    "ussd_session": EntryParts(
        (
            "Umubare w'amahamagara kuri buri muyoboro wa telefone.",
            "How many sessions came by each network.",
            "Combien d'appels sont venus par chaque réseau.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara, hakurikijwe umuyoboro wayazanye",
            "sessions, by the network that the gateway names",
            "appels, selon le réseau que la passerelle nomme",
        ),
        LOST,
    ),
    "ussd_left": EntryParts(
        (
            "Muri ayo mahamagara, angahe yarangiye atageze ku musozo.",
            "How many of these broke off before an end was shown.",
            "Combien de ces appels se sont arrêtés avant un écran de fin.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara paji yayo ya nyuma atari umusozo",
            "sessions whose last screen is no end",
            "appels dont le dernier écran n'est pas une fin",
        ),
        [
            *LOST,
            (
                "niba ari umuyoboro wacitse cyangwa umuntu ari we wahagaritse",
                "whether the network broke off, or the caller did",
                "si c'est le réseau qui a coupé ou la personne",
            ),
        ],
        "ussd_session",
    ),
    "report_entered": EntryParts(
        (
            "Mu mahamagara angahe gutanga amakuru byatangiye.",
            "In how many sessions the report was begun.",
            "Dans combien d'appels un signalement a été commencé.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yerekanywemo paji yo gutanga amakuru",
            "sessions that were shown a screen of the report",
            "appels où un écran du signalement a été montré",
        ),
        OTHER_REPORTS,
    ),
    "report_filed": EntryParts(
        (
            "Muri ayo mahamagara, angahe yatanze amakuru avuga nibura akarere.",
            "In how many of these a report with a district was kept.",
            "Dans combien de ces appels un signalement avec un district a été gardé.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara amakuru yayo yabitswe afite akarere, no mu guhagarika guhamagara",
            "sessions whose report became a tip with a district, also by hanging up",
            "appels dont le signalement a été gardé avec un district, même en raccrochant",
        ),
        OTHER_REPORTS,
        "report_entered",
    ),
    "report_saved": EntryParts(
        (
            "Muri ayo mahamagara, angahe yageze kuri paji ivuga ko byabitswe.",
            "How many of these came to the screen that says it is saved.",
            "Combien de ces appels sont arrivés à l'écran qui dit que c'est enregistré.",
        ),
        FigureUnit.SESSIONS,
        (
            "amahamagara yageze kuri paji ivuga ko amakuru yabitswe",
            "sessions whose report came to the screen that says it is saved",
            "appels arrivés à l'écran qui dit que le signalement est enregistré",
        ),
        OTHER_REPORTS,
        "report_filed",
    ),
    "seconds_to_filed": EntryParts(
        (
            "Amasegonda kuva umuntu ahamagaye kugeza amakuru abitswe, ku ya hagati muri yose.",
            "After how many seconds from the dial half of the reports were filed.",
            "Après combien de secondes depuis l'appel la moitié des signalements étaient déposés.",
        ),
        FigureUnit.SECONDS,
        (
            "amasegonda kuva umuntu ahamagaye kugeza ku gisubizo cyabitse amakuru, ku ya hagati muri yose",
            "seconds from the dial to the answer that filed the report, in the middle of all",
            "secondes entre l'appel et la réponse qui a déposé le signalement, en médiane",
        ),
        OTHER_REPORTS,
    ),
}
