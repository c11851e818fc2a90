"""The entries of the dictionary: where sessions went, where they were left, and how far reports came. Pure.

Each: unit, numerator, denominator, what it leaves out; then one sentence in Kinyarwanda, English and French.
"""

from collections.abc import Mapping

AS_IT_WAS = "in the language that was read last, of the revision and in the week in which it began"
LOST = "SMS; responders' own entry; sessions of which a web process died before it had counted them"
REPORTS = "reports by SMS; a second report of the same session"

SCREENS: Mapping[str, tuple[str, str, str, str, str, str, str]] = {
    "screen_shown": (
        *("sessions", f"sessions that were shown the screen, each once, {AS_IT_WAS}", "", LOST),
        "Mu mahamagara angahe iyo paji yagaragaye.",
        "In how many sessions this screen was shown.",
        "Dans combien d'appels cet écran a été montré.",
    ),
    "screen_answered": (
        *(
            "sessions",
            "sessions that left the screen by an answer",
            "screen_shown",
            f"{LOST}; back, home and a language chosen there; screens that ask nothing",
        ),
        "Muri ayo mahamagara, angahe yakomeje asubije kuri iyo paji.",
        "In how many of these an answer on it led on.",
        "Dans combien de ces appels une réponse a mené plus loin.",
    ),
    "flow_begun": (
        *("sessions", "sessions that were shown a screen of the flow", "", LOST),
        "Mu mahamagara angahe icyo gice cyatangiye.",
        "In how many sessions this part of the line was begun.",
        "Dans combien d'appels cette partie de la ligne a été commencée.",
    ),
    "flow_left": (
        *(
            "sessions",
            "sessions whose last screen is of the flow and no end",
            "flow_begun",
            f"{LOST}; whether she had what she wanted",
        ),
        "Muri ayo mahamagara, angahe yarangiriye aho atageze ku musozo.",
        "How many of these broke off there, before an end was shown.",
        "Combien de ces appels se sont arrêtés là, avant un écran de fin.",
    ),
    "ussd_session": (
        *("sessions", "sessions, by the network that the gateway names", "", LOST),
        "Umubare w'amahamagara kuri buri muyoboro wa telefone.",
        "How many sessions came by each network.",
        "Combien d'appels sont venus par chaque réseau.",
    ),
    "ussd_left": (
        *(
            "sessions",
            "sessions whose last screen is no end",
            "ussd_session",
            f"{LOST}; whether the network broke off, or she did",
        ),
        "Muri ayo mahamagara, angahe yarangiye atageze ku musozo.",
        "How many of these broke off before an end was shown.",
        "Combien de ces appels se sont arrêtés avant un écran de fin.",
    ),
    "report_entered": (
        *("sessions", "sessions that were shown a screen of the report", "", f"{LOST}; {REPORTS}"),
        "Mu mahamagara angahe gutanga amakuru byatangiye.",
        "In how many sessions the report was begun.",
        "Dans combien d'appels un signalement a été commencé.",
    ),
    "report_filed": (
        *(
            "sessions",
            "sessions whose report became a tip with a district, also by hanging up",
            "report_entered",
            f"{LOST}; {REPORTS}",
        ),
        "Muri ayo mahamagara, angahe yatanze amakuru avuga nibura akarere.",
        "In how many of these a report with a district was kept.",
        "Dans combien de ces appels un signalement avec un district a été gardé.",
    ),
    "report_saved": (
        *(
            "sessions",
            "sessions whose report came to the screen that says it is saved",
            "report_filed",
            f"{LOST}; {REPORTS}",
        ),
        "Muri ayo mahamagara, angahe yageze kuri paji ivuga ko byabitswe.",
        "How many of these came to the screen that says it is saved.",
        "Combien de ces appels sont arrivés à l'écran qui dit que c'est enregistré.",
    ),
    "seconds_to_filed": (
        *(
            "seconds",
            "seconds from the dial to the answer that filed the report, in the middle of all",
            "",
            f"{LOST}; {REPORTS}",
        ),
        "Amasegonda kuva umuntu ahamagaye kugeza amakuru abitswe, ku ya hagati muri yose.",
        "After how many seconds from the dial half of the reports were filed.",
        "Après combien de secondes depuis l'appel la moitié des signalements étaient déposés.",
    ),
}
