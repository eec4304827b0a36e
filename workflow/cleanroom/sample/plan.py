"""The RT plan on the structure set, and its dose."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, RTDoseStorage, RTPlanStorage, RTStructureSetStorage

from cleanroom.sample.grid import Grid, Vector
from cleanroom.sample.headers import Source, fill, numbered, series_header
from cleanroom.sample.mr import geometry

_FRACTIONS = 30
_PRESCRIBED_GY = 60.0
_JAWS = ("ASYMX", "ASYMY")
_DOSE: Mapping[str, Any] = {
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "BitsStored": 16,
    "HighBit": 15,
    "PixelRepresentation": 0,
    "DoseUnits": "GY",
    "DoseType": "PHYSICAL",
    "DoseSummationType": "PLAN",
    "TissueHeterogeneityCorrection": "IMAGE",
}
_CONTROL_POINT: Mapping[str, Any] = {
    "NominalBeamEnergy": 6,
    "DoseRateSet": 600,
    "GantryRotationDirection": "NONE",
    "BeamLimitingDeviceAngle": 0,
    "BeamLimitingDeviceRotationDirection": "NONE",
    "PatientSupportAngle": 0,
    "PatientSupportRotationDirection": "NONE",
    "TableTopEccentricAngle": 0,
    "TableTopEccentricRotationDirection": "NONE",
    "TableTopVerticalPosition": "",
    "TableTopLongitudinalPosition": "",
    "TableTopLateralPosition": "",
    "BeamLimitingDevicePositionSequence": [
        {"RTBeamLimitingDeviceType": device, "LeafJawPositions": [-40, 40]} for device in _JAWS
    ],
}
_BEAM: Mapping[str, Any] = {
    "PrimaryDosimeterUnit": "MU",
    "SourceAxisDistance": 1000,
    "BeamType": "STATIC",
    "RadiationType": "PHOTON",
    "TreatmentDeliveryType": "TREATMENT",
    "ReferencedPatientSetupNumber": 1,
    "NumberOfWedges": 0,
    "NumberOfCompensators": 0,
    "NumberOfBoli": 0,
    "NumberOfBlocks": 0,
    "FinalCumulativeMetersetWeight": 1,
    "NumberOfControlPoints": 2,
    "BeamLimitingDeviceSequence": [
        {"RTBeamLimitingDeviceType": device, "NumberOfLeafJawPairs": 1} for device in _JAWS
    ],
}


def plan(source: Source, structures: Source, isocentre: Vector) -> Dataset:
    """An RTPLAN with two static photon beams.

    Parameters
    ----------
    source, structures
        The plan's series, and that of the structure set it refers to.
    isocentre
        LPS millimetres.
    """
    dataset = series_header(source, "RTPLAN", RTPlanStorage, ExplicitVRLittleEndian)
    numbered(dataset, source, 1)
    beams = source.spec["beams"]
    fill(
        dataset,
        {
            "FrameOfReferenceUID": structures.frame_uid,
            "PositionReferenceIndicator": "",
            "RTPlanDate": dataset.StudyDate,
            "RTPlanTime": "151000",
            "RTPlanGeometry": "PATIENT",
            "PlanIntent": "CURATIVE",
            "DoseReferenceSequence": [_prescription()],
            "FractionGroupSequence": [_fractions(len(beams))],
            "BeamSequence": [_beam(source, number, isocentre) for number in range(1, len(beams) + 1)],
            "PatientSetupSequence": [{"PatientPosition": "HFS", "PatientSetupNumber": 1}],
            "ReferencedStructureSetSequence": [_reference(RTStructureSetStorage, structures)],
            "ApprovalStatus": "APPROVED",
            "ReviewDate": dataset.StudyDate,
            "ReviewTime": "160000",
        },
    )
    return dataset


def dose(source: Source, planned: Source, grid: Grid, isocentre: Vector) -> Dataset:
    """An RTDOSE, a smooth peak around the isocentre (LPS millimetres), that refers to its plan."""
    dataset = series_header(source, "RTDOSE", RTDoseStorage, ExplicitVRLittleEndian)
    numbered(dataset, source, 1)
    geometry(dataset, planned, grid, grid.spacing[0])
    gray = _gray(grid, isocentre)
    scaling = 0.001
    fill(
        dataset,
        {
            **_DOSE,
            "PositionReferenceIndicator": "",
            "ImagePositionPatient": grid.position(0),
            "NumberOfFrames": grid.shape[0],
            "FrameIncrementPointer": Tag("GridFrameOffsetVector"),
            "GridFrameOffsetVector": [index * grid.spacing[0] for index in range(grid.shape[0])],
            "DoseGridScaling": scaling,
            "ReferencedRTPlanSequence": [_reference(RTPlanStorage, planned)],
            "PixelData": np.rint(gray / scaling).astype(np.uint16).tobytes(),
        },
    )
    dataset["PixelData"].VR = "OW"
    return dataset


def _gray(grid: Grid, isocentre: Vector) -> Vector:
    return np.asarray(_PRESCRIBED_GY * 1.05 * np.exp(-((grid.distance(isocentre) / 40) ** 2)))


def _reference(sop_class: str, target: Source) -> dict[str, str]:
    return {"ReferencedSOPClassUID": sop_class, "ReferencedSOPInstanceUID": target.instance_uid(1)}


def _prescription() -> dict[str, Any]:
    return {
        "DoseReferenceNumber": 1,
        "DoseReferenceStructureType": "SITE",
        "DoseReferenceDescription": "PTV",
        "DoseReferenceType": "TARGET",
        "TargetPrescriptionDose": _PRESCRIBED_GY,
    }


def _fractions(beams: int) -> dict[str, Any]:
    return {
        "FractionGroupNumber": 1,
        "NumberOfFractionsPlanned": _FRACTIONS,
        "NumberOfBeams": beams,
        "NumberOfBrachyApplicationSetups": 0,
        "ReferencedBeamSequence": [
            {
                "ReferencedBeamNumber": number,
                "BeamDose": _PRESCRIBED_GY / _FRACTIONS / 2,
                "BeamMeterset": 110.0,
            }
            for number in range(1, beams + 1)
        ],
    }


def _beam(source: Source, number: int, isocentre: Vector) -> dict[str, Any]:
    beam = source.spec["beams"][number - 1]
    first = {
        **_CONTROL_POINT,
        "ControlPointIndex": 0,
        "GantryAngle": beam["angle"],
        "IsocenterPosition": [float(x) for x in isocentre],
        "CumulativeMetersetWeight": 0,
    }
    last = {"ControlPointIndex": 1, "CumulativeMetersetWeight": 1}
    return {
        **source.spec["machine"],
        **_BEAM,
        "BeamNumber": number,
        "BeamName": beam["BeamName"],
        "ControlPointSequence": [first, last],
    }
