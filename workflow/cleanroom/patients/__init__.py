"""Who is one patient, and under which pseudonym: from the key, or from the file of ids that were assigned."""

from cleanroom.patients.assignment import fingerprint, read
from cleanroom.patients.patient import Patient, Patients

__all__ = ["Patient", "Patients", "fingerprint", "read"]
