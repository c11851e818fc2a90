"""Border posts by the district that they are in: data, as the camps beside it.

Each is named with its district by a report that `docs/credits.md` lists. No licensed list of border posts was found,
and nobody in the directorate of immigration has confirmed this one. A line is a district's code and names.
"""

BORDER_POSTS = """
33 La Corniche, Grande Barriere
44 Cyanika
45 Gatuna
52 Kagitumba
55 Rusumo
57 Nemba
"""
