"""Tests limits on the code of the line: its size, and rules that hold for all of it."""
