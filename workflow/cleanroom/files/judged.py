"""The step: every cleaned picture and PDF is judged; what passed may be released."""

from functools import cache
from hashlib import sha256

from pydantic import BaseModel, ValidationError

from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.files import gate, rules
from cleanroom.files.batch import FOLDER, in_processes
from cleanroom.files.covering import LEFT_FIX, Beat
from cleanroom.files.gate import Case
from cleanroom.files.known import identifying
from cleanroom.records import CleanedFile, FilesRecord, FilesVerdict, SetAsideRow


class Judgement(BaseModel):
    """What the gate found in one file, kept so that the same file is not judged twice."""

    sha256: str
    state: str
    findings: list[str]


def verify_files(config: Config, threads: int = 1) -> FilesVerdict:
    """Judge what ``redact`` left in ``private/work/files/cleaned``."""
    folder = config.private / FOLDER
    record = FilesVerdict()
    words = rules.mode(config)
    of = cache(lambda patient: identifying(config.private, patient))
    cases = [
        Case(
            root=config.input,
            private=config.private,
            file=file,
            cleaned=folder / "cleaned" / file.name,
            words=words,
            identifying=of(file.patient) if file.patient and words == "identity" else frozenset(),
        )
        for file in FilesRecord.load(folder / "text.json").files
    ]
    for case, found in zip(cases, in_processes(_judged, _again, cases, threads), strict=True):
        if isinstance(found, SetAsideRow):
            record.set_aside.append(found.model_copy(update={"step": "verify"}))
        elif found.findings:
            reason = "; ".join(found.findings)
            record.set_aside.append(
                SetAsideRow(series="", numbers=[case.file.path], step="verify", reason=reason, fix=LEFT_FIX)
            )
        else:
            record.passed.append(case.file.name)
    return record


def _judged(case: Case, beat: Beat) -> Judgement:
    found = gate.judge(case, beat)
    digest = sha256(case.cleaned.read_bytes()).hexdigest()
    judgement = Judgement(sha256=digest, state=_state(case.file), findings=found)
    write_text(case.cleaned.with_suffix(".verdict.json"), judgement.model_dump_json() + "\n")
    return judgement


def _again(case: Case) -> Judgement | None:
    try:
        earlier = Judgement.model_validate_json(case.cleaned.with_suffix(".verdict.json").read_bytes())
    except (OSError, ValidationError):
        return None
    same = earlier.sha256 == sha256(case.cleaned.read_bytes()).hexdigest()
    return earlier if same and earlier.state == _state(case.file) else None


def _state(file: CleanedFile) -> str:
    return f"{file.state} {file.source}"
