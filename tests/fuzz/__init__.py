"""Input made to break a reader: DICOM, pictures, PDFs, archives, and what is no file at all."""
