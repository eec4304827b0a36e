"""What is done with a release after it was made: check, compare, pack, look up, purge."""
