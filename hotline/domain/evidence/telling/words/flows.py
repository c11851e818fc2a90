"""Names of the shipped flows that callers come into, as a table lists them: Kinyarwanda, English, French. Pure."""

from hotline.domain.evidence.telling.words.values import Named

FLOWS: Named = {
    "front": ("Iy'ibanze", "The front", "L'accueil"),
    "more": ("Izindi ngingo", "Other topics", "Autres sujets"),
    "learn": ("Akazi kabaye icyaha", "When work is a crime", "Quand le travail est un crime"),
    "abroad": ("Akazi ko mu mahanga", "A job abroad", "Un emploi à l'étranger"),
    "homes": ("Akazi ko mu rugo", "Work in homes", "Travail domestique"),
    "children": ("Abana", "Children", "Enfants"),
    "forms": ("Ubundi buryo", "Other forms", "Autres formes"),
    "signs": ("Ibimenyetso bibi", "Warning signs", "Signes d'alerte"),
    "rights": ("Uburenganzira", "Rights", "Droits"),
    "law": ("Uburenganzira n'amategeko", "Rights and the law", "Droits et loi"),
    "help": ("Ubufasha", "Help", "Aide"),
    "onward": ("Nyuma y'isomo", "After a lesson", "Après une leçon"),
    "quiz": ("Isuzume", "The quiz", "Le quiz"),
    "report": ("Gutanga amakuru", "The report", "Le signalement"),
    "complaint": ("Ikirego", "The complaint", "La plainte"),
    "receipt": ("Nomero yanjye", "My number", "Mon numéro"),
    "questions": ("Ikibazo cy'ibiro", "A desk's question", "La question du bureau"),
    "privacy": ("Amakuru yawe bwite", "Your privacy", "Vie privée"),
    "silence": ("Guhagarika SMS", "No more SMS", "Plus de SMS"),
    "leaders": ("Abayobozi b'inzego z'ibanze", "Local leaders", "Responsables locaux"),
    "talks": ("Inama z'abayobozi", "Sessions of leaders", "Séances des responsables"),
    "responders": ("Abashinzwe gufasha", "Responders", "Intervenants"),
    "training": ("Amasomo y'abakozi", "Lessons of officers", "Leçons des agents"),
    "train_child": ("Isomo: umwana", "Lesson: a child", "Leçon: un enfant"),
    "train_hours": (
        "Isomo: amasaha ya mbere",
        "Lesson: the first hours",
        "Leçon: premières heures",
    ),
    "train_interview": ("Isomo: ikiganiro", "Lesson: the interview", "Leçon: l'entretien"),
    "train_referral": ("Isomo: kohereza", "Lesson: referral", "Leçon: l'orientation"),
    "train_smuggling": ("Isomo: magendu y'abantu", "Lesson: smuggling", "Leçon: le trafic"),
    "train_violence": ("Isomo: ihohoterwa", "Lesson: violence", "Leçon: la violence"),
}
