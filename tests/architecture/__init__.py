"""Tests the limits for the project's code: its size, and rules that apply to all of it."""
