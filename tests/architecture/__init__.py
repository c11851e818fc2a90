"""What the code of the line must keep: its size, and what a list holds for all of it."""
