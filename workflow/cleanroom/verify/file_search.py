"""Searching a whole file, compressed parts included, for what identifies."""

from cleanroom.verify.search import Search
from cleanroom.verify.vocabulary import Vocabulary

_LONG, _LONG_NUMBER = 6, 7


class FileSearch:
    """Searches a file for a patient's values, or for everybody's where nobody knows whose it is."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._search = Search(vocabulary)
        texts = {text for text in vocabulary.names | set(vocabulary.phrases) if len(text) >= _LONG}
        texts |= {number for number in vocabulary.numbers if len(number) >= _LONG_NUMBER}
        self._literals = {
            text.encode(encoding).lower()
            for text in texts
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
            if encoding != "latin-1" or all(ord(letter) < 256 for letter in text)
        } | {raw.lower() for raw in vocabulary.raw if len(raw) >= _LONG}

    def text(self, text: str) -> set[str]:
        """The kinds of what identifies in a text."""
        return self._search.text(text, "LT")

    def found(self, rest: bytes, whole: bytes) -> set[str]:
        """What identifies in the bytes that are no pixels, and letter by letter in all of them."""
        kinds = {kind for kind, _ in self._search.value(0, "OB", rest)}
        low = whole.lower()
        return kinds | ({"value"} if any(literal in low for literal in self._literals) else set())
