"""Reading words in pictures: the wrapped recognisers, which redact and verify use each in its own way."""

from cleanroom.reading.reader import words
from cleanroom.reading.word import Word

__all__ = ["Word", "words"]
