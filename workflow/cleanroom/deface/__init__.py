"""De-facing: is there a face, where is it, and is it gone."""
