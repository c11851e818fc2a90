"""Short names of figures, as a table's column or a large number has them: Kinyarwanda, English, French. Pure."""

from collections.abc import Mapping

FIGURES: Mapping[str, tuple[str, str, str]] = {
    "person": ("Abakoresheje umurongo", "People who used the line", "Personnes sur la ligne"),
    "session": ("Inshuro umurongo wahamagawe", "Times the line was dialled", "Appels de la ligne"),
    "topic": ("Ingingo zasomwe", "Topics read", "Sujets lus"),
    "tip": ("Amakuru yatanzwe", "Tips filed", "Signalements déposés"),
    "complaint": (
        "Ibirego ku bashinzwe gufasha",
        "Complaints about a helper",
        "Plaintes sur une personne chargée d'aider",
    ),
    "fragment": (
        "Amakuru yahagaze akarere kataravugwa",
        "Tips left before a district was said",
        "Signalements arrêtés avant le district",
    ),
    "met": ("Abantu bahuye n'ushinzwe gufasha", "Persons met", "Personnes rencontrées"),
    "tips_screened": (
        "Amakuru yabajijwemo ibibazo by'ibimenyetso",
        "Tips in which somebody was screened",
        "Signalements avec questions sur place",
    ),
    "tips_with_identified": (
        "Amakuru yabonetsemo ibimenyetso",
        "Tips with an identified person",
        "Signalements avec une personne identifiée",
    ),
    "situations_with_identified": (
        "Ibintu byabaye byabonetsemo ibimenyetso",
        "Situations with an identified person",
        "Situations avec une personne identifiée",
    ),
    "identified": ("Abagaragayeho ibimenyetso", "Identified", "Identifiées"),
    "consent": ("Abemeye ubufasha", "Said yes to help", "Ont dit oui"),
    "offered": ("Abasabiwe ubufasha", "Help was asked for", "Aide demandée"),
    "accepted": ("Abo serivisi yemeye", "A service said yes", "Acceptées"),
    "arrived": ("Abageze ku bufasha", "Reached help", "Arrivées"),
    "thirty_known": ("Bizwi nyuma y'iminsi 30", "Known at 30 days", "Connues à 30 jours"),
    "thirty_unknown": (
        "Ntibizwi nyuma y'iminsi 30",
        "Not known at 30 days",
        "Inconnues à 30 jours",
    ),
    "thirty_helped": ("Arafashwa", "Is being helped", "Reçoit de l'aide"),
    "thirty_safe": ("Aratekanye", "Is safe", "En sécurité"),
    "thirty_left": ("Yaragiye", "Left the help", "A quitté l'aide"),
    "thirty_danger": ("Yongeye kuba mu kaga", "In danger again", "De nouveau en danger"),
    "offers": ("Inshuro serivisi zasabwe", "Services asked", "Services sollicités"),
    "days_to_accepted": (
        "Iminsi kugeza serivisi yemeye",
        "Days until a service said yes",
        "Jours jusqu'à l'acceptation",
    ),
    "screened": ("Ababajijwe ibibazo", "Persons screened", "Personnes interrogées"),
    "determined": ("Icyo urwego rwemeje", "By a deciding body", "Selon l'organe qui décide"),
    "refused": ("Ubufasha butabonetse", "Offers that came to nothing", "Demandes sans suite"),
    "thirty": ("Uko bameze nyuma y'iminsi 30", "How they are at 30 days", "État à 30 jours"),
    "answer": ("Ibisubizo by'abanditse", "Answers of a roll", "Réponses des inscrits"),
    "tips_answered": (
        "Amakuru avugwaho igisubizo",
        "Tips whose answer is told",
        "Signalements suivis",
    ),
    "screened_possible": (
        "Hari ibimenyetso",
        "Signs: possible victim",
        "Signes: victime possible",
    ),
    "screened_not_indicated": ("Nta bimenyetso", "No signs", "Pas de signes"),
    "screened_unclear": ("Ntibisobanutse", "Unclear", "Pas clair"),
    "determined_actual": (
        "Urwego rwemeje ko bacurujwe",
        "A deciding body said: victim",
        "L'organe qui décide a dit: victime",
    ),
    "determined_not": (
        "Urwego rwemeje ko batacurujwe",
        "A deciding body said: no victim",
        "L'organe qui décide a dit: pas victime",
    ),
    "refused_no_room": ("Nta mwanya", "No room", "Pas de place"),
    "refused_refused": ("Indi mpamvu", "Another reason", "Autre raison"),
    "refused_not_our_kind": ("Si akazi kabo", "Not their kind of case", "Pas leur domaine"),
    "refused_person_refused": ("Nyir'ubwite yanze", "The person said no", "La personne a dit non"),
    "report_entered": ("Batangiye gutanga amakuru", "Began a report", "Ont commencé"),
    "report_saved": ("Amakuru yabitswe", "Saved a report", "Ont enregistré"),
    "report_filed": ("Amakuru yatanzwe", "Filed a report", "Ont déposé"),
    "seconds_to_filed": ("Igihe byafashe", "Time to file", "Durée jusqu'au dépôt"),
    "screen_shown": ("Yerekanywe", "Shown", "Affiché"),
    "screen_answered": ("Yasubijwe", "Answered", "Répondu"),
    "flow_begun": ("Byatangiye", "Begun", "Commencés"),
    "flow_left": ("Byahagaze", "Left", "Quittés"),
    "ussd_session": ("Inshuro wahamagawe", "Dialled", "Appels"),
    "ussd_left": ("Byahagaze bitarangiye", "Left before an end", "Quittés avant la fin"),
    "sms_sent": ("SMS zoherejwe", "SMS sent", "SMS envoyés"),
    "sms_delivered": ("SMS zageze", "SMS delivered", "SMS reçus"),
    "sms_failed": ("SMS zananiranye", "SMS failed", "SMS échoués"),
    "tips_red": (
        "Amakuru yarengeje igihe",
        "Tips that waited too long (red)",
        "Signalements en retard (rouge)",
    ),
    "hours_red": ("Amasaha yarenzeho", "Hours in red", "Heures en rouge"),
    "hours": ("Amasaha", "Hours", "Heures"),
    "hours_uncovered": (
        "Amasaha ntawe uri ku kazi",
        "Hours with nobody on duty",
        "Heures sans personne de garde",
    ),
    "tips_acted": ("Amakuru yakurikiranywe", "Tips acted on", "Signalements suivis d'un acte"),
    "acted_of_100": (
        "Mu makuru 100, ayakurikiranywe",
        "Of 100 tips, acted on",
        "Sur 100 signalements, suivis d'un acte",
    ),
    "quiz_asked": ("Abasubije kabiri", "Answered twice", "Ont répondu deux fois"),
    "quiz_right_before": ("Ibisubizo byiza mbere", "Right before", "Justes avant"),
    "quiz_right_after": ("Ibisubizo byiza nyuma", "Right after", "Justes après"),
    "quiz_gain": ("Inyongera, ku 100", "Gain, in points", "Gain, en points"),
    "gathering": ("Inama zakozwe", "Sessions held", "Séances tenues"),
    "gathered": ("Abaje mu nama", "People who came", "Personnes venues"),
    "lesson": ("Amasomo yarangiye", "Lessons taken to the end", "Leçons suivies"),
    "lesson_answered": ("Ibisubizo", "Answers", "Réponses"),
    "lesson_score": ("Ibisubizo byiza", "Right answers", "Réponses justes"),
}
LARGE: Mapping[str, tuple[str, str, str]] = {
    "identified": (
        "Abantu bagaragayeho ibimenyetso",
        "Persons with signs of trafficking",
        "Personnes avec des signes de traite",
    ),
    "arrived": (
        "Abantu bageze ku bufasha",
        "Persons who reached help",
        "Personnes arrivées à l'aide",
    ),
}
"""Of a number that stands alone, where its column's name would not be enough."""
STEPS: Mapping[str, tuple[str, str, str]] = {
    "delivered": ("Ubutumwa bwageze", "Alert delivered", "Alerte reçue"),
    "acknowledged": ("Byakiriwe", "Taken by somebody", "Prise en charge"),
    "opened": ("Byasomwe", "Opened and read", "Ouvert et lu"),
    "on_site": ("Bageze aho bibera", "Somebody on site", "Sur place"),
    "outcome": ("Icyavuyemo cyanditswe", "Outcome noted", "Suite notée"),
}
"""What is awaited after a tip, in its order."""
MEASURED: Mapping[str, tuple[str, str, str]] = {
    "of": ("Amakuru", "Tips", "Signalements"),
    "median": ("Hagati", "Median", "Médiane"),
    "ninety": ("90 ku 100", "90 of 100", "90 sur 100"),
    "within": ("Ku gihe, ku 100", "In time, of 100", "À temps, sur 100"),
}
"""What is told of the time to a step."""
