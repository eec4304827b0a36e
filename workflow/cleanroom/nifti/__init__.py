"""The BIDS tree: NIfTI made from the released DICOM."""
