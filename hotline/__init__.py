"""Runs a national line against trafficking in persons, for basic phones."""
