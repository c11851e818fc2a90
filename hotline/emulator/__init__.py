"""The gateway's stand-in: Africa's Talking's API in, its callbacks out, two handsets in a page."""
