"""Contains the Kinyarwanda labels that fault tests, benchmarks and other long tests look for on screens.

A test compares each label with the shipped flows. If a text in the flows changes, change its label here.
"""

PROBLEM = "Ufite ikibazo?"
YES = "Yego"
NO = "Oya"
CHILD_WORK = "Umwana ukora, usabiriza"
UNPAID_WORK = "Agahato, kudahembwa"
ADULT = "Umuntu mukuru"
LANDMARK = "Ongeraho ikiranga aho"
CALL = ("Mumpamagare", YES, "Nta wundi", "Ejo", "Mu gitondo, 8h-10h", "Umuceri")
"""The labels that a caller chooses from the screen "saved" to the last question about a call-back."""
PASSED_ON = "Byoherejwe."
SAVED = "Byabitswe."
AGREED = "Dushobora guhamagara"
"""The text of the screen that says that the hotline will call."""
LABELS = (PROBLEM, YES, NO, CHILD_WORK, UNPAID_WORK, ADULT, LANDMARK, *CALL)
PROMISES = (PASSED_ON, SAVED, AGREED)
