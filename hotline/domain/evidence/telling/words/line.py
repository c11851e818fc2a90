"""What is said of the line itself: Kinyarwanda, English, French. Pure."""

DIALLED = (
    "{period}: umurongo wahamagawe inshuro {session}{session_before}. Abawukoresheje ni nka {person}{person_before}.",
    "In {period} the line was dialled {session} {session:time|times}{session_before}, by about {person} {person:person|people}{person_before}.",
    "{period}: la ligne a été appelée {session} fois{session_before}, par environ {person} {person:personne|personnes}{person_before}.",
)
DIALLED_ALONE = (
    "{period}: umurongo wahamagawe inshuro {session}{session_before}.",
    "In {period} the line was dialled {session} {session:time|times}{session_before}.",
    "{period}: la ligne a été appelée {session} fois{session_before}.",
)
TIPS = (
    "Hatanzwe amakuru {tip}{tip_before}.",
    "{tip} {tip:tip was|tips were} filed{tip_before}.",
    "{tip} {tip:signalement a été déposé|signalements ont été déposés}{tip_before}.",
)
ACTED = (
    "Mu makuru 100, ayakurikiranywe ni {acted_of_100}{acted_of_100_before}.",
    "Of 100 tips, somebody acted on {acted_of_100}{acted_of_100_before}.",
    "Sur 100 signalements, quelqu'un a agi pour {acted_of_100}{acted_of_100_before}.",
)
READ = (
    "Ingingo zasomwe inshuro {topic}{topic_before}.",
    "Topics were read {topic} {topic:time|times}{topic_before}.",
    "Des sujets ont été lus {topic} fois{topic_before}.",
)
MET = (
    "Abashinzwe gufasha bahuye n'abantu {met}{met_before}; abagaragayeho ibimenyetso byo gucuruzwa ni {identified}{identified_before}.",
    "Responders met {met} {met:person|persons}{met_before}; {identified} showed signs of trafficking, or a deciding body called them victims{identified_before}.",
    "Les intervenants ont rencontré {met} {met:personne|personnes}{met_before}; {identified} présentaient des signes de traite, ou l'organe qui décide les dit victimes{identified_before}.",
)
HELPED = (
    "Muri abo bagaragayeho ibimenyetso, serivisi yemeye {accepted}{accepted_before}; abageze ku bufasha ni {arrived}{arrived_before}.",
    "Of these, a service said yes to {accepted}{accepted_before}, and {arrived} reached that help{arrived_before}.",
    "Parmi elles, {accepted} ont été acceptées par un service{accepted_before}, et {arrived} sont arrivées à cette aide{arrived_before}.",
)
BY_LANGUAGE = {
    "language:rw": (
        "Abahamagaye mu Kinyarwanda: {one}.",
        "Dialled in Kinyarwanda: {one} {one:time|times}.",
        "Appels en kinyarwanda: {one}.",
    ),
}
"""The first language alone: the table has the others."""
BY_SMS = (
    "Amakuru yatanzwe kuri SMS: {tip}.",
    "Tips that came by SMS: {tip}.",
    "Signalements par SMS: {tip}.",
)
REPORTS = (
    "Batangiye gutanga amakuru inshuro {report_entered}. Ayatanzwe ni {report_filed}; abageze ku kwemezwa ko yabitswe ni {report_saved}.",
    "A report was begun {report_entered} {report_entered:time|times}. {report_filed} {report_filed:was|were} filed; {report_saved} went on until the line said that it is saved.",
    "Un signalement a été commencé {report_entered} fois. {report_filed} {report_filed:a été déposé|ont été déposés}; {report_saved} {report_saved:est allé|sont allés} jusqu'à la confirmation.",
)
TIME_TO_FILE = (
    "Kimwe cya kabiri cy'amakuru cyatanzwe mu gihe kitarenze {seconds_to_filed:seconds} kuva batangiye.",
    "Half of the tips were filed within {seconds_to_filed:seconds} of the first question.",
    "La moitié des signalements ont été déposés en {seconds_to_filed:seconds} ou moins.",
)
FRAGMENTS = (
    "Amakuru yahagaze akarere kataravugwa: {fragment}{fragment_before}. Abarwa ukwayo.",
    "Tips left before a district was said: {fragment}{fragment_before}. They are counted apart.",
    "Signalements arrêtés avant le district: {fragment}{fragment_before}. Ils sont comptés à part.",
)
COMPLAINTS = (
    "Ibirego ku muntu wagombaga gufasha: {complaint}{complaint_before}.",
    "Complaints about a helper: {complaint}{complaint_before}.",
    "Plaintes sur une personne chargée d'aider: {complaint}{complaint_before}.",
)
TOPICS = ("Ingingo zasomwe", "Topics that were read", "Sujets lus")
TOPICS_SHOWN = (
    "Inshuro buri ngingo yasomwe, uhereye ku yasomwe cyane.",
    "How often each topic was read, the most first.",
    "Combien de fois chaque sujet a été lu, le plus lu d'abord.",
)
SCREENS = (
    "Ibibazo byo mu gutanga amakuru",
    "The questions of a report",
    "Les questions d'un signalement",
)
SCREENS_SHOWN = (
    "Inshuro buri kibazo cyerekanywe n'inshuro cyasubijwe, uhereye ku cyerekanywe cyane.",
    "How often each question was shown and answered, the most shown first.",
    "Combien de fois chaque question a été affichée et répondue, la plus affichée d'abord.",
)
PROVINCES = ("Amakuru ku ntara", "Tips by province", "Signalements par province")
PROVINCES_SHOWN = (
    "Amakuru yatanzwe muri buri ntara.",
    "How many tips each province had.",
    "Combien de signalements par province.",
)
BY_LANGUAGE_TITLE = ("Ku ndimi", "By language", "Par langue")
BY_CHANNEL_TITLE = ("Ku nzira", "By channel", "Par canal")
SESSIONS_OF_NETWORK = (
    "Guhamagara, ku miyoboro",
    "Dialled, by network",
    "Appels, par réseau",
)
SMS_OF_NETWORK = (
    "SMS zohererejwe abashinzwe gufasha, ku miyoboro",
    "SMS to responders, by network",
    "SMS aux intervenants, par réseau",
)
LANGUAGE = ("Ururimi", "Language", "Langue")
CHANNEL = ("Inzira", "Channel", "Canal")
TOPIC = ("Ingingo", "Topic", "Sujet")
NETWORK = ("Umuyoboro", "Network", "Réseau")
SCREEN = ("Ikibazo", "Question", "Question")
PROVINCE = ("Intara", "Province", "Province")
