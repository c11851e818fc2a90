"""Dashboards: the figures of a month, a quarter or a year, as they were published inside."""
