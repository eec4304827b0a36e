"""Commands beside the steps: each module adds its own to the command line with ``register``."""
