"""De-facing tools other than the builtin one: chosen by rules, called as programs, held to the same proof."""
