"""What is said of answers, of screening and of help: Kinyarwanda, English, French. Pure."""

BY_QUARTER = (
    "Ibihe, amakuru yatinze n'amasaha ntawe uri ku kazi bitangazwa buri gihembwe, nyuma y'amezi atatu, ku rwego rw'igihugu gusa. Nta gihembwe kiratangazwa.",
    "Times, late tips and hours with nobody on duty are published by quarter, three months later, for the whole country only. No quarter is out yet.",
    "Les délais, les retards et les heures sans garde sont donnés par trimestre, trois mois après, pour tout le pays seulement. Aucun trimestre n'est encore publié.",
)
QUARTER = (
    "Ibihe bitangazwa buri gihembwe, nyuma y'amezi atatu, ku rwego rw'igihugu gusa. Iyi mibare ni iyi: {quarter}.",
    "Times are published by quarter, three months later, for the whole country only. These are of {quarter}.",
    "Les délais sont donnés par trimestre, trois mois après, pour tout le pays seulement. Ceux-ci sont du {quarter}.",
)
NOTHING = (
    "Nta mibare y'ibisubizo iri muri iri tangazwa.",
    "This edition has no figures of answers.",
    "Cette édition n'a pas de chiffres sur les réponses.",
)
TAKEN = (
    "Mu makuru {acknowledged_of} y'uri mu kaga cyangwa y'umwana, kimwe cya kabiri cyakiriwe n'ushinzwe gufasha mu {acknowledged_median:time}, naho 90 ku 100 mu {acknowledged_ninety:time}.",
    "Of {acknowledged_of} {acknowledged_of:tip|tips} of danger or a child, half were taken by somebody within {acknowledged_median:time}, and 90 of 100 within {acknowledged_ninety:time}.",
    "Sur {acknowledged_of} {acknowledged_of:signalement|signalements} de danger ou d'un enfant, la moitié ont été pris en charge en {acknowledged_median:time}, et 90 sur 100 en {acknowledged_ninety:time}.",
)
IN_TIME = (
    "Mu makuru 100 nk'ayo, ayakiriwe ku gihe cyemejwe ni {acknowledged_within}.",
    "Of 100 such tips, {acknowledged_within} {acknowledged_within:was|were} taken within the time that is promised.",
    "Sur 100 de ces signalements, {acknowledged_within} {acknowledged_within:a été pris|ont été pris} dans le délai promis.",
)
ON_SITE = (
    "Aho hari uwavuze ko yageze aho bibera (amakuru {on_site_of}), kimwe cya kabiri byabaye mu {on_site_median:time}.",
    "Where somebody said that they were on site ({on_site_of} {on_site_of:tip|tips}), half were there within {on_site_median:time}.",
    "Là où quelqu'un s'est dit sur place ({on_site_of} {on_site_of:signalement|signalements}), la moitié y étaient en {on_site_median:time}.",
)
ACTED = (
    "Amakuru yakurikiranywe n'abashinzwe gufasha ni {tips_acted}: ayo ni {acted_of_100} mu makuru 100.",
    "Somebody acted on {tips_acted} {tips_acted:tip|tips}: {acted_of_100} of 100.",
    "Quelqu'un a agi pour {tips_acted} {tips_acted:signalement|signalements}: {acted_of_100} sur 100.",
)
RED = (
    "Amakuru yarengeje igihe nta wuyakiriye ni {tips_red}; yose hamwe yamaze amasaha {hours_red} atarakirwa.",
    "{tips_red} {tips_red:tip|tips} waited too long and turned red, for {hours_red} {hours_red:hour|hours} in all.",
    "{tips_red} {tips_red:signalement a attendu|signalements ont attendu} trop longtemps et {tips_red:est passé|sont passés} au rouge, pendant {hours_red} {hours_red:heure|heures} en tout.",
)
GAPS = (
    "Mu masaha {hours} y'uturere twose, amasaha {hours_uncovered} nta muntu wari ku kazi.",
    "Of {hours} {hours:hour|hours} of all districts together, {hours_uncovered} had nobody on duty.",
    "Sur {hours} {hours:heure|heures} de tous les districts ensemble, {hours_uncovered} étaient sans personne de garde.",
)
TIMES = (
    "Igihe kuva amakuru atanzwe: {urgency}",
    "Time from the tip: {urgency}",
    "Délai depuis le signalement: {urgency}",
)
TIMES_HEAD = (
    ("Intambwe", "Step", "Étape"),
    ("Amakuru", "Tips", "Signalements"),
    ("Kimwe cya kabiri mu", "Half within", "La moitié en"),
    ("90 ku 100 mu", "90 of 100 within", "90 sur 100 en"),
    ("Ku gihe, ku 100", "In time, of 100", "À temps, sur 100"),
)
MET = (
    "Abashinzwe gufasha bahuye n'abantu {met}{met_before}.",
    "Responders met {met} {met:person|persons}{met_before}.",
    "Les intervenants ont rencontré {met} {met:personne|personnes}{met_before}.",
)
FOUND = (
    "Abantu {identified} bagaragayeho ibimenyetso, cyangwa urwego rubishinzwe rwabyemeje{identified_before}. Ijambo ry'ushinzwe gufasha ni \u201cbirashoboka\u201d gusa.",
    "{identified} {identified:person|persons} showed signs, or a deciding body called them victims{identified_before}. A responder's word is never more than \u201cpossible\u201d.",
    "{identified} {identified:personne présentait|personnes présentaient} des signes, ou l'organe qui décide les dit victimes{identified_before}. Le mot d'un intervenant n'est jamais plus que \u201cpossible\u201d.",
)
SITUATIONS = (
    "Byabonetse mu makuru {tips_with_identified}, ari yo bintu byabaye {situations_with_identified}: amakuru ahuje abarwa rimwe.",
    "They were in {tips_with_identified} {tips_with_identified:tip|tips} and {situations_with_identified} {situations_with_identified:situation|situations}: linked tips are one situation.",
    "Cela concerne {tips_with_identified} {tips_with_identified:signalement|signalements} et {situations_with_identified} {situations_with_identified:situation|situations}: des signalements liés font une seule situation.",
)
DETERMINED = (
    "Urwego rubishinzwe rwemeje ko {determined_actual} bacurujwe, na {determined_not} batacurujwe.",
    "A deciding body called {determined_actual} {determined_actual:person a victim|persons victims}, and said of {determined_not} that they are none.",
    "L'organe qui décide a reconnu {determined_actual} {determined_actual:victime|victimes}, et dit de {determined_not} qu'il n'en est rien.",
)
RESULTS = ("Icyo ibibazo byagaragaje", "What the questions came to", "Résultat des questions")
RESULT = ("Igisubizo", "Result", "Résultat")
BODIES = ("Urwego rubishinzwe", "What a deciding body said", "L'organe qui décide")
SAID = ("Icyemezo", "Said", "Décision")
FROM = (
    "Abagaragayeho ibimenyetso, aho baturuka",
    "Identified, by country",
    "Identifiées, par pays",
)
COUNTRY = ("Igihugu", "Country", "Pays")
WAY_TO_HELP = (
    "Mu bantu {identified} bagaragayeho ibimenyetso, abemeye ubufasha ni {consent}, abasabiwe serivisi ni {offered}, abo serivisi yemeye ni {accepted}.",
    "Of {identified} identified {identified:person|persons}, {consent} said yes to help, a service was asked for {offered}, and a service said yes to {accepted}.",
    "Sur {identified} {identified:personne identifiée|personnes identifiées}, {consent} ont dit oui à une aide, un service a été sollicité pour {offered}, et {accepted} ont été acceptées.",
)
ARRIVED = (
    "Abageze ku bufasha ni {arrived}{arrived_before}; abo bizwi uko bameze nyuma y'iminsi 30 ni {thirty_known}.",
    "{arrived} reached that help{arrived_before}; of {thirty_known} it is known how they are thirty days on.",
    "{arrived} sont arrivées à cette aide{arrived_before}; de {thirty_known} on sait comment elles vont trente jours après.",
)
OFFERS = (
    "Serivisi zasabwe inshuro {offers}; umuntu umwe ashobora gusabirwa kenshi.",
    "Services were asked {offers} {offers:time|times}; one person may have several offers.",
    "Des services ont été sollicités {offers} fois; une personne peut avoir plusieurs demandes.",
)
DAYS = (
    "Aho serivisi yemeye, kimwe cya kabiri cyasubijwe mu minsi {days_to_accepted} cyangwa munsi yayo.",
    "Where a service said yes, half of the answers came within {days_to_accepted} {days_to_accepted:day|days}.",
    "Là où un service a dit oui, la moitié des réponses sont venues en {days_to_accepted} {days_to_accepted:jour|jours} ou moins.",
)
STAIRCASE = (
    "Kuva ku bimenyetso kugera ku bufasha",
    "From signs to help",
    "Des signes à l'aide",
)
STAIRCASE_SHOWN = (
    "Abantu kuri buri ntambwe; buri ntambwe ni igice cy'iyibanjirije.",
    "Persons at each step; each step is a part of the one before.",
    "Personnes à chaque étape; chaque étape est une partie de la précédente.",
)
BY_FORM = ("Ku buryo bwo gucuruzwa", "By form", "Par forme")
FORM = ("Uburyo", "Form", "Forme")
BY_WHO = ("Abagore, abagabo, abakobwa, abahungu", "By who", "Femmes, hommes, filles, garçons")
WHO = ("Abo ari bo", "Who", "Qui")
REFUSED = (
    "Ubufasha bwasabwe ntibuboneke, impamvu",
    "Offers of which nothing came",
    "Demandes sans suite",
)
WHY = ("Impamvu", "Reason", "Raison")
THIRTY = ("Uko bameze nyuma y'iminsi 30", "How they are thirty days on", "Trente jours après")
HOW = ("Uko bameze", "State", "État")
TOGETHER = ("Bose hamwe", "All", "Toutes ensemble")
NUMBER = ("Umubare", "Number", "Nombre")
TO_TAKE = (
    "Igihe kugeza ushinzwe gufasha abyakiriye",
    "Time until somebody took it",
    "Délai jusqu'à la prise en charge",
)
TO_TAKE_SHOWN = (
    "Kimwe cya kabiri n'amakuru 90 ku 100 byakiriwe mu gihe cyerekanywe, hakurikijwe uko byihutirwa.",
    "Within which time half of the tips, and 90 of 100, were taken, by urgency.",
    "En combien de temps la moitié des signalements, et 90 sur 100, ont été pris en charge, par urgence.",
)
