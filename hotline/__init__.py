"""Runs a national hotline against trafficking in persons, for basic phones."""
