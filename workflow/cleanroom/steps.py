"""The steps of a study, by name."""

FUNCTIONS = {
    "clean": ("cleanroom.clean.step", "clean_study"),
    "redact": ("cleanroom.redact", "decide_study"),
    "convert": ("cleanroom.convert", "convert_study"),
    "deface": ("cleanroom.deface.step", "deface_study"),
    "encode": ("cleanroom.encode", "encode_study"),
    "verify": ("cleanroom.verify", "verify_study"),
    "nifti": ("cleanroom.nifti.step", "nifti_study"),
    "release": ("cleanroom.release", "release_study"),
}
"""Each step's module and function: imported only by the step itself."""
