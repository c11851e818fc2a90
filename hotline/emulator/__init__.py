"""Emulates the SMS and USSD gateway of Africa's Talking: its API, its callbacks and a page with two handsets."""
