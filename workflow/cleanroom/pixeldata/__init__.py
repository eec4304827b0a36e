"""Pixel data of DICOM files, frame by frame: read, decoded, and written; never held as a whole."""
