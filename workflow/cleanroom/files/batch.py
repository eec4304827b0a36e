"""The step: all pictures and PDFs of the input, each for itself; what did not change is not done again."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from pydantic import ValidationError

from cleanroom import dependence
from cleanroom.config import Config
from cleanroom.errors import SetAside
from cleanroom.files import rules
from cleanroom.files.belonging import REFUSED, REFUSED_FIX, Owners
from cleanroom.files.job import Job, clean, original
from cleanroom.files.known import identifying
from cleanroom.files.worker import Work, Worker
from cleanroom.identity import Identity, load_key
from cleanroom.intake import inventory
from cleanroom.records import CleanedFile, FilesRecord, SetAsideRow

_TAKE = "SELECT path, kind FROM looks WHERE kind IN ('picture', 'pdf') AND reason = '' ORDER BY path"
FOLDER = Path("work") / "files"


class Found(NamedTuple):
    """A picture or PDF of the inventory."""

    path: str
    kind: str


def redact_files(config: Config, threads: int = 1) -> FilesRecord:
    """Clean what may be cleaned into ``private/work/files/cleaned``.

    Parameters
    ----------
    threads
        Processes that clean.
    """
    folder = config.private / FOLDER / "cleaned"
    folder.mkdir(parents=True, exist_ok=True)
    record = FilesRecord()
    jobs: list[Job] = []
    for item in _jobs(config, folder):
        if isinstance(item, SetAsideRow):
            record.set_aside.append(item)
        else:
            jobs.append(item)
    for done in in_processes(clean, _again, jobs, threads):
        if isinstance(done, CleanedFile):
            record.files.append(done)
        else:
            record.set_aside.append(done)
    _forget(folder, {file.name for file in record.files})
    return record


def in_processes(
    work: Work, before: Callable[[Any], Any], jobs: Iterable[Any], threads: int
) -> Iterator[Any]:
    """Results in the order of the jobs: what ``before`` gives, what ``work`` makes, or why not."""
    workers: SimpleQueue[Worker] = SimpleQueue()
    for _ in range(threads):
        workers.put(Worker(work))

    def one(job: Any) -> Any:
        worker = workers.get()
        try:
            return before(job) or worker.do(job)
        except SetAside as error:
            return _row(_path(job), error)
        finally:
            workers.put(worker)

    try:
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(one, jobs)
    finally:
        while not workers.empty():
            workers.get().close()


def _path(job: Any) -> str:
    return str(job.path if isinstance(job, Job) else job.file.path)


def _row(path: str, error: SetAside) -> SetAsideRow:
    return SetAsideRow(series="", numbers=[path], step="redact", reason=error.reason, fix=error.fix)


def _jobs(config: Config, folder: Path) -> Iterator[Job | SetAsideRow]:
    identity = Identity(load_key(config.key or config.private / "key"))
    with inventory.opened(config.private) as database:
        owners = Owners.of(database)
        files = [Found(row["path"], row["kind"]) for row in database.execute(_TAKE)]
    code, words = dependence.code(), rules.mode(config)
    of = cache(lambda patient: identifying(config.private, patient))
    for file in files:
        try:
            looked_at = rules.looked_at(config, file.path, file.kind)
            patient = owners.patient(file.path)
            if patient and patient not in owners.released:
                raise SetAside(REFUSED, REFUSED_FIX)
        except SetAside as error:
            yield _row(file.path, error)
            continue
        values = of(patient)
        parts = (code, words, config.pdf.pages, looked_at, patient, sorted(values))
        yield Job(
            root=config.input,
            path=file.path,
            kind=file.kind,
            patient=patient,
            pseudonym=identity.pseudonym("file", file.path),
            state=sha256(repr(parts).encode()).hexdigest()[:16],
            target=folder,
            words=words,
            identifying=values if patient else frozenset(),
            pages=config.pdf.pages,
            looked_at=looked_at,
        )


def _again(job: Job) -> CleanedFile | None:
    """What an earlier call made of the same file in the same way."""
    note = job.target / f"{job.pseudonym}.json"
    try:
        earlier = CleanedFile.model_validate_json(note.read_bytes())
        cleaned = (job.target / earlier.name).read_bytes()
    except (OSError, ValidationError):
        return None
    if earlier.state != job.state or sha256(cleaned).hexdigest() != earlier.sha256:
        return None
    return earlier if sha256(original(job.root, job.path)).hexdigest() == earlier.source else None


def _forget(folder: Path, names: set[str]) -> None:
    stems = {name.partition(".")[0] for name in names}
    for path in folder.iterdir():
        if path.name.partition(".")[0] not in stems or (path.suffix != ".json" and path.name not in names):
            path.unlink()
