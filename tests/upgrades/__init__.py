"""Contains a backup from every version of the hotline. Today's code must be able to restore and upgrade each of these
backups."""
