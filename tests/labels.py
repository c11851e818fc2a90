"""The Kinyarwanda labels that callers of fault runs, benchmarks and proofs look for on their screens.

A test holds each against the shipped flows: whoever words a label anew changes it here too.
"""

PROBLEM = "Ufite ikibazo?"
YES = "Yego"
NO = "Oya"
CHILD_WORK = "Umwana ukora, usabiriza"
UNPAID_WORK = "Agahato, kudahembwa"
ADULT = "Umuntu mukuru"
LANDMARK = "Ongeraho ikiranga aho"
CALL = ("Mumpamagare", YES, "Nta wundi", "Ejo", "Mu gitondo, 8h-10h", "Umuceri")
"""From "saved" to the last of the questions about a call."""
PASSED_ON = "Byoherejwe."
SAVED = "Byabitswe."
AGREED = "Dushobora guhamagara"
"""What screens say where a tip, or a call, is promised to be kept."""
LABELS = (PROBLEM, YES, NO, CHILD_WORK, UNPAID_WORK, ADULT, LANDMARK, *CALL)
PROMISES = (PASSED_ON, SAVED, AGREED)
