"""Headers as they are stored: elements, encodings, character sets, and the standard's tables."""
