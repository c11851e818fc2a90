"""Figures reckoned plainly from what a test saw happen. Nothing here asks the product how it counts."""
