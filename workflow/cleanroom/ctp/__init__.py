"""Scripts of the RSNA CTP DicomAnonymizer, turned into profiles."""
