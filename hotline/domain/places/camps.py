"""Rwanda's refugee camps, each below the district that it is in: data, as the districts and sectors beside it.

A line is a code and a name. The statistics institute gives camps no code: these are ours, a district's code, "c" and a
digit, so that none is ever a sector's. `docs/credits.md` says where the list is from.
"""

CAMPS = """
22c1 Mugombwa
25c1 Kigeme
31c1 Kiziba
53c1 Nyabiheke
55c1 Mahama
"""
