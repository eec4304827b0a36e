"""``export-media``: released files copied with a DICOMDIR, under names that media allow (PS3.10 8.5)."""

from cleanroom.media.export import export_media

__all__ = ["export_media"]
