"""The opening half: desk keys, tips, numbers. No hook may reach this file (import contract)."""
