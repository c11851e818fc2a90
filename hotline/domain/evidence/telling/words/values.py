"""Names of the values that figures are by, where they are a closed list: Kinyarwanda, English, French. Pure."""

from collections.abc import Mapping

Named = Mapping[str, tuple[str, str, str]]

FORMS: Named = {
    "labour": ("Imirimo y'agahato", "Forced labour", "Travail forcé"),
    "sex": ("Uburaya ku gahato", "Sexual exploitation", "Exploitation sexuelle"),
    "child_work": ("Imirimo y'abana", "Child labour", "Travail d'enfants"),
    "marriage": ("Gushyingirwa ku gahato", "Forced marriage", "Mariage forcé"),
    "armed_group": ("Umutwe witwaje intwaro", "Armed group", "Groupe armé"),
    "organs": ("Ingingo z'umubiri", "Organs", "Organes"),
    "begging": ("Gusabiriza", "Begging", "Mendicité"),
    "servitude": ("Uburetwa", "Servitude", "Servitude"),
    "crime": ("Ibyaha ku gahato", "Forced crime", "Délits forcés"),
    "false_offer": ("Kubeshywa akazi", "False job offer", "Faux emploi"),
    "other": ("Ikindi", "Something else", "Autre chose"),
    "not_said": ("Ntibivuzwe", "Not said", "Non dit"),
}
WHO: Named = {
    "woman": ("Abagore", "Women", "Femmes"),
    "man": ("Abagabo", "Men", "Hommes"),
    "girl": ("Abakobwa bato", "Girls", "Filles mineures"),
    "boy": ("Abahungu bato", "Boys", "Garçons mineurs"),
    "adult": ("Abakuru", "Adults", "Adultes"),
    "child": ("Abana", "Children", "Enfants"),
    "not_said": ("Ntibivuzwe", "Not said", "Non dit"),
}
URGENCIES: Named = {
    "1": ("Mu kaga, cyangwa umwana", "Danger, or a child", "Danger, ou un enfant"),
    "2": ("Byabonywe n'ubivuga", "Seen or lived", "Vu ou vécu"),
    "3": ("Byumvikanye", "Heard of", "Entendu dire"),
}
LANGUAGES: Named = {
    "rw": ("Ikinyarwanda", "Kinyarwanda", "Kinyarwanda"),
    "en": ("Icyongereza", "English", "Anglais"),
    "fr": ("Igifaransa", "French", "Français"),
}
CHANNELS: Named = {
    "ussd": ("Kuri USSD", "By USSD", "Par USSD"),
    "sms": ("Kuri SMS", "By SMS", "Par SMS"),
}
NETWORKS: Named = {
    "63510": ("MTN", "MTN", "MTN"),
    "63513": ("Airtel (63513)", "Airtel (63513)", "Airtel (63513)"),
    "63514": ("Airtel (63514)", "Airtel (63514)", "Airtel (63514)"),
    "not_said": ("Ntibizwi", "Not known", "Inconnu"),
}
OCCASIONS: Named = {
    "umuganda": ("Umuganda", "Umuganda", "Umuganda"),
    "church": ("Insengero", "Churches and mosques", "Églises et mosquées"),
    "school": ("Amashuri", "Schools", "Écoles"),
    "village": ("Inteko z'umudugudu", "Village meetings", "Réunions de village"),
    "other": ("Ibindi", "Other", "Autre"),
}
TOPICS: Named = {
    "what_it_is": ("Icyo ari cyo", "What it is", "Ce que c'est"),
    "forced_work": ("Imirimo y'agahato", "Forced work", "Travail forcé"),
    "domestic_servitude": ("Uburetwa bwo mu rugo", "Servitude in a home", "Servitude domestique"),
    "forced_to_sell_sex": ("Uburaya ku gahato", "Forced to sell sex", "Prostitution forcée"),
    "child_work": ("Abana bakoreshwa", "Children at work", "Enfants au travail"),
    "forced_marriage": ("Gushyingirwa ku gahato", "Forced marriage", "Mariage forcé"),
    "armed_group": ("Umutwe witwaje intwaro", "Armed group", "Groupe armé"),
    "organs": ("Gukurwamo urugingo", "Organs taken", "Organe enlevé"),
    "forced_crime": ("Guhatirwa gukora icyaha", "Forced to do crime", "Forcé à un délit"),
    "work_abroad": ("Akazi ko mu mahanga", "A job abroad", "Un emploi à l'étranger"),
    "work_in_homes": ("Akazi ko mu rugo", "Work in homes", "Travail domestique"),
    "children": ("Abana", "Children", "Enfants"),
    "help_now": ("Ubufasha bwihuse", "Help now", "Aide immédiate"),
    "rights_at_work": ("Uburenganzira ku kazi", "Rights at work", "Droits au travail"),
    "the_law": ("Itegeko", "The law", "La loi"),
    "myths": ("Ibivugwa bitari ukuri", "What people get wrong", "Idées fausses"),
    "if_it_happens": ("Nibikubaho", "If it happens", "Si cela arrive"),
    "signs_job": ("Ibimenyetso: akazi", "Signs: getting a job", "Signes: trouver un emploi"),
    "signs_control": ("Ibimenyetso: gufungiranwa", "Signs: kept and threatened", "Signes: retenu"),
    "signs_work": ("Ibimenyetso: ku kazi", "Signs: at work", "Signes: au travail"),
    "signs_children": ("Ibimenyetso: abana", "Signs: children", "Signes: enfants"),
    "signs_risk": ("Ibimenyetso: ushobora kugirirwa nabi", "Signs: at risk", "Signes: exposé"),
    "quiz_abroad": ("Isuzume: mu mahanga", "Quiz: abroad", "Quiz: à l'étranger"),
    "quiz_children": ("Isuzume: abana", "Quiz: children", "Quiz: enfants"),
    "quiz_crime": ("Isuzume: icyaha", "Quiz: the crime", "Quiz: le crime"),
}
"""Of the shipped flows. Where a live one has another name for it, `names` says so."""
THINGS: Named = {
    "secret": ("Akazi k'ibanga", "A job kept secret", "Un emploi tenu secret"),
    "passport": ("Pasiporo itwawe", "The passport taken", "Le passeport pris"),
    "fee": ("Kubanza kwishyura", "A fee first", "Payer d'abord"),
    "begging": ("Gusabisha abana", "Children made to beg", "Enfants mendiants"),
    "force": ("Umwana n'agahato", "A child and force", "Un enfant et la force"),
    "relative": ("Mwene wabo", "A relative", "Un proche"),
    "consent": ("Kubyemera", "Saying yes", "Dire oui"),
    "border": ("Umupaka", "The border", "La frontière"),
    "women": ("Abagore n'abagabo", "Women and men", "Femmes et hommes"),
}
SCREENS: Named = {
    "report/danger": ("Hari uri mu kaga?", "Is somebody in danger?", "Quelqu'un en danger?"),
    "report/official": ("Harimo umuyobozi?", "Is an official in it?", "Un agent impliqué?"),
    "report/province": ("Intara", "Province", "Province"),
    "report/district": ("Akarere", "District", "District"),
    "report/sector": ("Umurenge", "Sector", "Secteur"),
    "report/country": ("Igihugu", "Country", "Pays"),
    "report/leaves": ("Bari hafi kugenda?", "Do they leave soon?", "Départ proche?"),
    "report/name": ("Izina ry'ahantu", "Name of the place", "Nom du lieu"),
    "report/named": ("Ahantu havuzwe", "The place that was named", "Le lieu nommé"),
    "report/kind": ("Ni iki?", "What is it?", "De quoi s'agit-il?"),
    "report/more_kinds": ("Ni iki? (ibindi)", "What is it? (more)", "De quoi s'agit-il? (suite)"),
    "report/who": ("Ni nde ukeneye ubufasha?", "Who needs help?", "Qui a besoin d'aide?"),
    "report/visit": ("Bashobora kuza?", "May somebody come?", "Peut-on venir?"),
    "report/saved": ("Byabitswe", "It is saved", "C'est enregistré"),
    "report/pin": ("Hitamo PIN", "Choose a PIN", "Choisir un PIN"),
    "report/pin_again": ("PIN nanone", "The PIN again", "Le PIN encore"),
    "report/number": ("Nomero", "The number", "Le numéro"),
    "report/landmark": ("Ikiranga ahantu", "A landmark", "Un repère"),
    "report/passed_on": ("Byoherejwe", "Passed on", "Transmis"),
    "report/sector_unsent": (
        "Umurenge, bitaroherezwa",
        "Sector, not passed on yet",
        "Secteur, pas encore transmis",
    ),
    "report/unsent": ("Ntibiroherezwa", "Not passed on yet", "Pas encore transmis"),
    "report/call": ("Guhamagarwa", "A call back", "Être rappelé"),
    "report/call_who": (
        "Guhamagarwa: undi witaba",
        "A call back: who else answers",
        "Rappel : qui répond",
    ),
    "report/no_call": ("Ntahamagarwa", "No call back: it could harm", "Pas de rappel : danger"),
    "report/call_day": ("Guhamagarwa: umunsi", "A call back: which day", "Rappel : quel jour"),
    "report/call_part": ("Guhamagarwa: igihe", "A call back: when", "Rappel : quand"),
    "report/call_word": ("Guhamagarwa: ijambo", "A call back: which word", "Rappel : quel mot"),
    "report/call_agreed": ("Guhamagarwa: byemejwe", "A call back: agreed", "Rappel : convenu"),
    "report/last": ("Iherezo", "The end", "La fin"),
}
NATIONALITIES: Named = {
    "rwanda": ("Rwanda", "Rwanda", "Rwanda"),
    "other": ("Ahandi", "Elsewhere", "Ailleurs"),
    "not_said": ("Ntibivuzwe", "Not said", "Non dit"),
}
PLACES: Named = {
    "": ("Nta karere kamwe", "No one district", "Aucun district précis"),
    "national": ("Byabwiwe igihugu", "Told nationally", "Dit au niveau national"),
    "abroad": ("Mu mahanga", "Abroad", "À l'étranger"),
    "unsure": ("Ahatazwi", "Place not known", "Lieu inconnu"),
}
REST: Named = {
    "other": ("Ibindi", "Other", "Autre"),
    "not_said": ("Ntibivuzwe", "Not said", "Non dit"),
    "unknown": ("Ntibizwi", "Not known", "Inconnu"),
}
"""What any list may end with."""
REVISION = ("Inshuro ya {n}", "Revision {n}", "Révision {n}")
OTHERS = ("Ibindi byose hamwe", "All others together", "Tous les autres ensemble")
"""The row of values that stand together: too few of each to be told alone."""
