"""Months and other periods: Kinyarwanda, English, French. Pure."""

MONTHS = {
    "rw": "Mutarama Gashyantare Werurwe Mata Gicurasi Kamena Nyakanga Kanama Nzeri Ukwakira Ugushyingo Ukuboza",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
QUARTER = {
    "rw": "igihembwe cya {n} cya {year}",
    "en": "quarter {n} of {year}",
    "fr": "trimestre {n} de {year}",
}
YEAR = {"rw": "umwaka wa {year}", "en": "the year {year}", "fr": "l'année {year}"}
DAY = {"rw": "{day} {month} {year}", "en": "{day} {month} {year}", "fr": "{day} {month} {year}"}
ALONE = {"rw": "{months} gusa", "en": "{months} only", "fr": "{months} seulement"}
FROM_TO = {"rw": "{first} kugeza {last}", "en": "{first} to {last}", "fr": "{first} à {last}"}
AND = {"rw": "na", "en": "and", "fr": "et"}
BEFORE = {
    "month": {"rw": "ukwezi kwabanje", "en": "the month before", "fr": "le mois précédent"},
    "quarter": {
        "rw": "igihembwe cyabanje",
        "en": "the quarter before",
        "fr": "le trimestre précédent",
    },
    "year": {"rw": "umwaka wabanje", "en": "the year before", "fr": "l'année précédente"},
}
