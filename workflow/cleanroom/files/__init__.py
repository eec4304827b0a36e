"""Pictures and PDFs: cleaned, judged and released, each for itself."""

from cleanroom.files.batch import redact_files
from cleanroom.files.judged import verify_files
from cleanroom.files.released import release_files

__all__ = ["redact_files", "release_files", "verify_files"]
