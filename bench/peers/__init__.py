"""Other header cleaners, each run in an environment of its own."""
