"""Pictures and PDFs: cleaned, judged and released, each for itself."""
