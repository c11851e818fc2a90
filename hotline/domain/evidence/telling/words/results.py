"""What is told to everybody of what tips led to: Kinyarwanda, English, French. Pure."""

TITLE = (
    "Icyakurikiyeho ku makuru yatanzwe",
    "What became of tips",
    "Ce que sont devenus les signalements",
)
TIPS = (
    "Hatanzwe amakuru {tip}.",
    "{tip} {tip:tip was|tips were} told.",
    "{tip} {tip:signalement a été fait|signalements ont été faits}.",
)
ACTED = (
    "Mu makuru 100, ayakurikiranywe ni {acted_of_100}.",
    "Of 100 tips, somebody acted on {acted_of_100}.",
    "Sur 100 signalements, quelqu'un a agi pour {acted_of_100}.",
)
MEANS = (
    "Gukurikirana bivuga ko umuntu yagiyeyo, yahuye n'uwo bireba, yasabye ubufasha, cyangwa ikibazo cyarangijwe no gufasha.",
    "To act means: to go there, to meet a person, to ask for help, or to close the case with help.",
    "Agir, c'est être sur place, rencontrer une personne, demander une aide, ou finir un cas avec une aide.",
)
FAST = (
    "Ahari akaga cyangwa umwana, kimwe cya kabiri cy'amakuru cyakiriwe n'ushinzwe gufasha mu {median:time}.",
    "Where there was danger, or a child, half of the tips were taken by somebody within {median:time}.",
    "Là où il y avait un danger, ou un enfant, la moitié des signalements ont été pris en charge en {median:time}.",
)
FOUND = (
    "Abantu bagaragayeho ibimenyetso byo gucuruzwa ni {identified}.",
    "{identified} {identified:person|persons} showed signs of trafficking, or a deciding body called them victims.",
    "{identified} {identified:personne présentait|personnes présentaient} des signes de traite, ou l'organe qui décide les dit victimes.",
)
ARRIVED = (
    "Abantu bageze ku bufasha ni {arrived}.",
    "{arrived} {arrived:person|persons} reached help.",
    "{arrived} {arrived:personne est arrivée|personnes sont arrivées} à une aide.",
)
EMPTY = (
    "Nta mibare iratangazwa. Itangazwa buri gihembwe, nyuma y'amezi atatu.",
    "No figures are out yet. They are published by quarter, three months later.",
    "Aucun chiffre n'est encore publié. Ils sont donnés par trimestre, trois mois après.",
)
APART = (
    "Abantu n'amakuru bibarwa ukwabyo: amakuru amwe ashobora kuvuga abantu benshi, cyangwa nta n'umwe.",
    "Persons and tips are counted separately: one tip may be about many persons, or nobody may have met one.",
    "Les personnes et les signalements sont comptés à part: un signalement peut concerner plusieurs personnes, ou aucune qu'on ait rencontrée.",
)
NOBODY = (
    "Nta muntu umenyekana muri iyi mibare: umubare uri munsi ya 11 ntutangazwa. Itangazwa buri gihembwe, nyuma y'amezi atatu, ku rwego rw'igihugu gusa.",
    "Nobody can be recognised by these figures: numbers under 11 are not shown. They are for the whole country, by quarter, three months later.",
    "Ces chiffres ne font reconnaître personne: les nombres sous 11 ne sont pas donnés. Ils sont de tout le pays, par trimestre, trois mois après.",
)
CANNOT = (
    "Iyi mibare ivuga abavuganye n'umurongo. Ntivuga uko icuruzwa ry'abantu ringana.",
    "They count contacts with a line, and do not say how much trafficking there is.",
    "Ils comptent des contacts avec une ligne, et ne disent pas combien il y a de traite.",
)
INVENTED = (
    "IMPIMBANO: iyi mibare ni iy'igerageza.",
    "INVENTED: these figures are a trial.",
    "INVENTÉ: ces chiffres sont un essai.",
)
QUARTERS = ("Ibihembwe", "Quarters", "Trimestres")
QUARTER = ("Igihembwe", "Quarter", "Trimestre")
HEAD = (
    (
        "Mu makuru 100, ayakurikiranywe",
        "Of 100 tips, acted on",
        "Sur 100 signalements, suivis d'un acte",
    ),
    (
        "Ahari akaga: kimwe cya kabiri cyakiriwe mu",
        "In danger: half taken within",
        "En danger: la moitié pris en charge en",
    ),
    ("Abageze ku bufasha", "Persons who reached help", "Personnes arrivées à l'aide"),
)
SMS_ACTED = (
    "Mu makuru 100, ayakurikiranywe ni {acted_of_100}.",
    "Of 100 tips, somebody acted on {acted_of_100}.",
    "Sur 100 signalements, quelqu'un a agi pour {acted_of_100}.",
)
SMS_FAST = (
    "Ibyihutirwa: kimwe cya kabiri cyakiriwe mu {median:time}.",
    "Urgent ones: half were taken within {median:time}.",
    "Urgents: la moitié pris en charge en {median:time}.",
)
SMS_EMPTY = (
    "Icyakurikiyeho ku makuru yatanzwe gitangazwa buri gihembwe. Nta kiratangazwa.",
    "What became of tips is published by quarter. Nothing is out yet.",
    "Ce que sont devenus les signalements est dit par trimestre. Rien n'est encore publié.",
)
