"""A run that is killed again and again, at random moments, and goes on each time."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from runs.tiny import KINDS, Folders, Watch, beside, jump, strike


def kill_often(whole: Folders, folder: Path, kills: int, seed: int, most: int) -> Iterator[str]:
    """Kill runs on the input of an undisturbed one; what went wrong.

    One run goes on through all kills until it is done, then another begins; between some of them the clock
    jumps by days, forward and back.

    Parameters
    ----------
    whole
        The undisturbed run.
    folder
        Where the killed runs lie.
    kills
        How many.
    seed
        Of the moments, the kinds and the jumps.
    most
        So many jobs may begin between two kills.
    """
    random, released = Random(seed), whole.released()
    done: Counter[str] = Counter()
    number = 0
    while sum(done.values()) < kills:
        number += 1
        folders = beside(folder, f"run{number}", whole.source, whole.private / "key")
        with Watch(folders, released) as watch:
            process = folders.start()
            while sum(done.values()) < kills:
                folders.wait_for_jobs(random.randint(0, most), process)
                if process.poll() is not None:
                    if folders.released() == released:
                        break
                    process = folders.start()
                    continue
                kind = random.choice(KINDS)
                done[kind] += 1
                over = strike(process, kind, random)
                yield from (f"{kind}: {wrong}" for wrong in folders.unsound(released) if over)
                if over:
                    jump(folders, random.choice([0, 0, 3.0, -3.0]))
                    process = folders.start()
            if process.wait():
                folders.finish()
        yield from watch.wrong
        if folders.released() != released:
            yield f"run {number} ends in other bytes"
        yield from ([] if watch.seen else ["nothing was seen to appear"])
