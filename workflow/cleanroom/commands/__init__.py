"""Commands beside the steps: each a module with ``register``."""
