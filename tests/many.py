"""Many tiny studies: radiotherapy plans, which no face or word holds up, made by changing numbers in one."""

import sys
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.uid import ExplicitVRLittleEndian, RTPlanStorage

_ROOT = "1.2.826.0.1.3680043.8.498.78"


def write_studies(folder: Path, studies: int, instances: int = 1, first: int = 0) -> None:
    """Write ``studies`` of one series of plans; a folder holds a thousand.

    Parameters
    ----------
    folder
        Where to; made when it is not there.
    studies, instances
        How many, and of how many files each.
    first
        The number of the first study: others than those of an earlier call.
    """
    template = _template()
    folder.mkdir(parents=True, exist_ok=True)
    for study in range(first, first + studies):
        place = folder / f"{study // 1000:04d}"
        if study % 1000 == 0 or study == first:
            place.mkdir(parents=True, exist_ok=True)
        for instance in range(instances):
            content = template.replace(b"9000000088", b"1%09d" % instance)
            content = content.replace(b"9000000077", b"1%09d" % study)
            (place / f"{study:06d}{instance:04d}").write_bytes(content)


def _template() -> bytes:
    header = Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.SOPClassUID, header.Modality = RTPlanStorage, "RTPLAN"
    header.SOPInstanceUID = f"{_ROOT}.9000000077.9000000088"
    header.StudyInstanceUID = f"{_ROOT}.9000000077.1"
    header.SeriesInstanceUID = f"{_ROOT}.9000000077.2"
    header.PatientID, header.PatientName = "B9000000077", "EXAMPLE^B9000000077"
    header.PatientBirthDate, header.StudyDate, header.StudyTime = "19600312", "20180401", "101112"
    header.InstanceNumber, header.SeriesDescription = 1, "knee"
    header.InstitutionName, header.ReferringPhysicianName = "St. Example Hospital", "EXAMPLE^REFERRER"
    header.RTPlanLabel, header.RTPlanGeometry, header.RTPlanDate = "PLAN", "TREATMENT_DEVICE", "20180401"
    file = DicomBytesIO()
    header.save_as(file, enforce_file_format=True)
    return file.getvalue()


if __name__ == "__main__":
    write_studies(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
