"""Our own exam in the manner of MIDI-B; docs/exam.md says how it was built."""
