"""Second opinions on how unusual a unit of work is: models that see all figures together.

Hides two libraries that take a second to import; where they are missing there is no opinion. Neither alerts. Each says
for every unit a number that is larger the more unusual it finds it; numbers of different models cannot be compared,
ranks among the same units can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Unit = Mapping[str, float]

_TREES = 100


def isolation(names: Sequence[str], fitted: Sequence[Unit], asked: Sequence[Unit]) -> list[float] | None:
    """How soon an Isolation Forest (Liu, Ting, Zhou 2008) fitted on some units isolates each of others."""
    try:
        from sklearn.ensemble import IsolationForest
    except ImportError:
        return None
    forest = IsolationForest(n_estimators=_TREES, random_state=0, n_jobs=1).fit(_table(names, fitted))
    return [-float(score) for score in forest.score_samples(_table(names, asked))]


def distance(names: Sequence[str], fitted: Sequence[Unit], asked: Sequence[Unit]) -> list[float] | None:
    """Mahalanobis distance of what each unit has more than the mean, with the covariance that Ledoit and Wolf (2004)
    shrink; less than the mean is no drift. Figures that never moved among those fitted weigh like the others: each is
    divided by its standard deviation, or by 0.3 where that is 0 (research: measures 4.3)."""
    try:
        import numpy
        from sklearn.covariance import LedoitWolf
    except ImportError:
        return None
    table = numpy.asarray(_table(names, fitted))
    spread = table.std(axis=0)
    spread[spread < 1e-9] = 0.3
    mean = table.mean(axis=0)
    precision = LedoitWolf(assume_centered=True).fit((table - mean) / spread).precision_
    above = numpy.maximum(0.0, (numpy.asarray(_table(names, asked)) - mean) / spread)
    return [float(max(0.0, row @ precision @ row)) ** 0.5 for row in above]


def _table(names: Sequence[str], units: Sequence[Unit]) -> list[list[float]]:
    return [[unit.get(name, 0.0) for name in names] for unit in units]
