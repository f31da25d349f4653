"""The operating curve of slow drift: how often it is found, and after how many commits, for how many false alarms.

`python tests/evaluation/drift_curve.py [STORE ...] [--seed N] [--runs N]` prints a table in Markdown.

A run is a history of steady units and eighty more, of which some get one further step up; found is what alarms within
those eighty, asked after each of them, with all series of `measures.drift` sharing the allowance for false alarms.
Steady units are made with a given share that goes up, a third of them by more than one; or drawn in blocks from the
histories that the stores hold, so that their habits, and their bursts, are real.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from plumbrule.measures.drift import SERIES, WATCHED, alarm, steps, threshold
from plumbrule.measures.past import Past
from plumbrule.store import Store

KNOWN = 150  # steady units before the drift begins
AFTER = 80
DOSES = (0.0, 0.1, 0.2, 0.3)
RATES = (0.02, 0.1, 0.25, 0.4)
BLOCK = 10
ALLOWED = 0.10


def made(rate: float) -> Callable[[Random], Iterator[float]]:
    """Units of which a share goes up and half as many go down, a third of those that rise by up to six."""

    def units(lot: Random) -> Iterator[float]:
        while True:
            drawn = lot.random()
            if drawn < rate:
                yield float(lot.randint(2, 6) if lot.random() < 1 / 3 else 1)
            else:
                yield -1.0 if drawn < 1.5 * rate else 0.0

    return units


def drawn_from(moved: Sequence[float]) -> Callable[[Random], Iterator[float]]:
    """Units of a real history in blocks, each as it was."""

    def units(lot: Random) -> Iterator[float]:
        while True:
            begin = lot.randrange(max(1, len(moved) - BLOCK))
            yield from moved[begin : begin + BLOCK]

    return units


def found_after(units: Iterator[float], dose: float, step: float, lot: Random) -> int | None:
    """After how many units of the drift the first alarm came; None if none did."""
    levels = [0.0]
    for _ in range(KNOWN):
        levels.append(levels[-1] + next(units))
    known: float | None = None
    for number in range(1, AFTER + 1):
        levels.append(levels[-1] + next(units) + (step if lot.random() < dose else 0.0))
        moved = steps(levels)
        if known is None or number % 20 == 0:
            known = threshold(moved[: -min(WATCHED, len(moved) - 50)], ALLOWED / len(SERIES))
        judged = alarm(moved, known, len(SERIES))
        if judged is not None and judged.statistic >= judged.threshold:
            return number
    return None


def histories(stores: Sequence[Path]) -> Iterator[tuple[str, list[float]]]:
    for place in stores:
        with Store.open(place).reader() as reader:
            for repo in reader.repositories():
                past = Past.read(reader.recall(f"past:{repo}"), 0)
                for name in SERIES:
                    levels = [unit.levels.get(name, 0.0) for unit in past.units]
                    moved = [now - before for before, now in pairwise(levels)]
                    if sum(one > 0 for one in moved) >= 3:
                        yield f"{repo}: {name}", moved


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("store", nargs="*", type=Path)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--runs", type=int, default=40)
    options = asked.parse_args()
    kinds = [(f"made, {rate:.0%} go up", made(rate), 1.0) for rate in RATES]
    for name, moved in histories(options.store):
        sizes = sorted(abs(one) for one in moved if one)
        kinds.append((name, drawn_from(moved), sizes[len(sizes) // 2]))
    print(f"Seed {options.seed}, {options.runs} runs each; found within {AFTER} units, and the median delay.\n")
    print("| steady units | " + " | ".join("false alarms" if not d else f"{d:.0%} drift" for d in DOSES) + " |")
    print("|---|" + "---|" * len(DOSES))
    for name, units, step in kinds:
        cells = []
        for dose in DOSES:
            lot = Random(f"{options.seed} {name} {dose}")
            delays = [found_after(units(lot), dose, step, lot) for _ in range(options.runs)]
            found = sorted(delay for delay in delays if delay is not None)
            middle = f" ({found[len(found) // 2]})" if found and dose else ""
            cells.append(f"{len(found) / len(delays):.0%}{middle}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
