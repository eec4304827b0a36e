"""Reading words in pictures: the one place where recognisers are wrapped, for DICOM, pictures and PDFs."""

from cleanroom.reading.reader import words
from cleanroom.reading.word import Box, Reader, Word

__all__ = ["Box", "Reader", "Word", "words"]
