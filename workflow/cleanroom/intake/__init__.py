"""Sorts every input file, groups instances into studies and series, assigns pseudonyms."""
