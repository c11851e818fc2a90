"""What is said of districts, lessons and local leaders: Kinyarwanda, English, French. Pure."""

MOST = (
    "Amakuru yose yatanzwe ni {tip}{tip_before}. Ikarita n'imbonerahamwe byerekana uturere.",
    "{tip} {tip:tip was|tips were} filed in all{tip_before}. The map and the table show the districts.",
    "{tip} {tip:signalement a été déposé|signalements ont été déposés} en tout{tip_before}. La carte et le tableau montrent les districts.",
)
NOT_MORE = (
    "Amakuru menshi mu karere ntavuga ko icuruzwa ry'abantu rihari ari ryo ryinshi: avuga ko abantu bahakoresheje umurongo.",
    "More tips from a district do not say that there is more trafficking there: they say that people there told the line.",
    "Plus de signalements d'un district ne disent pas qu'il y a plus de traite: ils disent que des gens ont parlé à la ligne.",
)
TILES = ("Amakuru ku turere", "Tips by district", "Signalements par district")
TILES_SHOWN = (
    "Akarere kamwe, agasanduku kamwe. Aharimo .. umubare ntugaragazwa.",
    "One tile a district. Where .. stands, the number is not shown.",
    "Une case par district. Là où il y a .., le nombre n'est pas montré.",
)
TABLE = ("Uturere", "Districts", "Districts")
DISTRICT = ("Akarere", "District", "District")
QUIZ = (
    "Abantu basubije ikibazo kimwe kabiri, mbere y'isomo na nyuma yaryo, inshuro {quiz_asked}.",
    "A question of the quiz was answered both before its lesson and after it {quiz_asked} {quiz_asked:time|times}.",
    "Une question du quiz a reçu une réponse avant sa leçon et après {quiz_asked} fois.",
)
GATHERINGS = (
    "Abayobozi b'inzego z'ibanze bakoresheje inama {gathering}{gathering_before}; haje abantu {gathered}, nk'uko bababaze.",
    "Local leaders held {gathering} {gathering:session|sessions}{gathering_before}; {gathered} people came, by their own count.",
    "Les responsables locaux ont tenu {gathering} {gathering:séance|séances}{gathering_before}; {gathered} personnes sont venues, selon leur compte.",
)
LESSONS = (
    "Abakozi barangije amasomo {lesson}{lesson_before}, basubiza ibibazo {lesson_answered}.",
    "Officers took {lesson} {lesson:lesson|lessons} to the end{lesson_before}, with {lesson_answered} answers.",
    "Les agents ont suivi {lesson} {lesson:leçon|leçons} jusqu'au bout{lesson_before}, avec {lesson_answered} réponses.",
)
QUIZ_TITLE = ("Isuzume, mbere na nyuma", "The quiz, before and after", "Le quiz, avant et après")
THING = ("Ikibazo", "Question", "Question")
SESSIONS_TITLE = ("Inama z'abayobozi", "Sessions of local leaders", "Séances des responsables")
OCCASION = ("Aho zabereye", "Where", "Où")
LESSONS_TITLE = ("Amasomo y'abakozi", "Lessons of officers", "Leçons des agents")
