"""The step: every series of a study gets a decision, and a mask where there is a face."""

import shutil

from cleanroom.deface.by_builtin import builtin_study
from cleanroom.records import COMPARED, FaceRecord
from cleanroom.study import Study
from cleanroom.tools.decided import decided
from cleanroom.tools.presence import selected


def deface_study(study: Study) -> FaceRecord:
    """Decide about the face in every series of a study, and write the masks and ``faces.json``.

    Parameters
    ----------
    study
        Its ``volumes.json`` must be there; and what the tools made of it, when the config names others than
        the builtin.

    Returns
    -------
    FaceRecord
        An entry for every series that no earlier step has set aside; unsure ones are set aside.

    Raises
    ------
    StopRun
        When the template is not installed.
    """
    shutil.rmtree(study.folder / COMPARED, ignore_errors=True)
    return decided(study) if selected(study.config) else builtin_study(study, "faces").record
