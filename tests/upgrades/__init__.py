"""Backups of every version, as it left them. Each must restore and upgrade with the code of today."""
