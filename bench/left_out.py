"""``python -m bench.left_out``: each head judged with bounds that were fitted without it.

Reads what ``python -m bench.faces`` has found; nothing is registered again.
"""

import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from bench.faces import NO_SKIN, good, recorded, show, verdict
from cleanroom.deface.engines import AGREED_MM
from cleanroom.deface.judgement import BOUNDS, REMOVAL, Bounds, Judgement, judged
from cleanroom.deface.measures import Measures

WIDENED = (0.5, 1.0, 2.0)
"""Tried: a bound lies beyond the last right volume by this part of that volume's distance from the median."""
OPEN = {("information", 1), ("inside", 1), ("overlap", 1), ("apart_mm", 0), ("brain_mm", 1)}
"""Measures and sides, 0 the least and 1 the most, that are no bounds: nothing is too much alike."""


def main() -> int:
    """Print the table for bounds as they are, and for bounds fitted without the head that is judged."""
    rows = recorded()
    heads = sorted({row["head"] for row in rows})
    print("bounds of judgement.py")
    show(rows)
    fits = {f"all bounds, wider by {part:g}": partial(fitted, widened=part) for part in WIDENED}
    for how, fit in ({"apart_mm alone": agreeing} | fits).items():
        print(f"\nfitted without the head that is judged: {how}")
        told = []
        for head in heads:
            judge = fit([row for row in rows if row["head"] != head])
            own = [row | {"verdict": verdict(row, judge)} for row in rows if row["head"] == head]
            told += own
            print(f"{head:12} {dict(Counter(row['verdict'] for row in own))}")
        show(told)
    return 0


def agreeing(rows: list[dict[str, Any]]) -> Callable[[Measures], Judgement]:
    """How far the engines may be apart, halfway between the nearest wrong pose and the right ones before it.

    The other bounds are those in use: they say what heads can be.
    """
    seen = [row for row in rows if not row["unfit"] and row["skin"] >= NO_SKIN]
    wrong = min((row["apart_mm"] for row in seen if not good(row)), default=AGREED_MM)
    right = max(row["apart_mm"] for row in seen if good(row) and row["apart_mm"] < wrong)
    least, _, meaning = BOUNDS["apart_mm"]
    return lambda measures: judged(
        measures, BOUNDS | {"apart_mm": (least, (wrong + right) / 2, meaning)}, REMOVAL
    )


def fitted(rows: list[dict[str, Any]], widened: float) -> Callable[[Measures], Judgement]:
    """The rules of ``judgement.py`` with bounds around what was right in these volumes."""
    faces = [row["measures"] for row in rows if not row["unfit"] and good(row) and row["skin"] >= NO_SKIN]
    return lambda measures: judged(
        measures, _around(BOUNDS, faces, widened), _around(REMOVAL, faces, widened)
    )


def _around(bounds: Bounds, faces: list[dict[str, float]], widened: float) -> Bounds:
    found = {}
    for name, (least, most, meaning) in bounds.items():
        values = np.array([measures[name] for measures in faces])
        middle, low, high = float(np.median(values)), float(values.min()), float(values.max())
        low, high = low - widened * (middle - low), high + widened * (high - middle)
        found[name] = (
            least if (name, 0) in OPEN else low,
            most if (name, 1) in OPEN else high,
            meaning,
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
