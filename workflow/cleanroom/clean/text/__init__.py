"""Cleaning free text: what identifies goes, what describes stays."""

from cleanroom.clean.text.cleaner import TextCleaner, text_cleaner

__all__ = ["TextCleaner", "text_cleaner"]
