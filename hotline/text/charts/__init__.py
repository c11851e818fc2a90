"""Charts as SVG text, from labelled numbers. Pure: no script, no style sheet, no font of their own.

A chart stands in a page of the console and on paper alike. Every number that is drawn is also written; a hidden
number is a hatched box of one size with `..` beside it or in it, and no scale knows what it counts. Every length
begins at nought.
"""
