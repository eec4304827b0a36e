"""The step ``clean``: headers after PS3.15 Annex E, as data."""
