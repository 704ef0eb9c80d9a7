"""Writes the expected values of the metric and drift tests, as SciPy and scikit-learn compute them.

Run from the repository root in an environment with numpy, scipy and scikit-learn:

    python test/parity/make-metrics.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics

HERE = Path(__file__).parent.parent / "functions"
rng = np.random.default_rng(20240607)


def classification(name, n, decimals):
    labels = (rng.random(n) < 0.3).astype(int)
    # Few decimals make ties.
    scores = np.round(np.clip(0.3 + 0.2 * labels + rng.normal(0, 0.18, n), 0.001, 0.999), decimals)
    threshold = 0.4
    flagged = (scores >= threshold).astype(int)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, flagged).ravel()
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "threshold": threshold,
        "rocAuc": metrics.roc_auc_score(labels, scores),
        "prAuc": metrics.average_precision_score(labels, scores),
        "logLoss": metrics.log_loss(labels, scores),
        "brier": metrics.brier_score_loss(labels, scores),
        "accuracy": metrics.accuracy_score(labels, flagged),
        "precision": metrics.precision_score(labels, flagged),
        "recall": metrics.recall_score(labels, flagged),
        "f1": metrics.f1_score(labels, flagged),
        "confusion": [int(tp), int(fp), int(tn), int(fn)],
        "expectedCalibrationError": calibration_error(scores, labels),
    }


def calibration_error(scores, labels, bins=10):
    """Equal-mass bins that never part equal probabilities, written a second time and differently."""
    order = np.argsort(scores, kind="stable")
    p, y = scores[order], labels[order]
    n, start, total = len(p), 0, 0.0
    for b in range(1, bins + 1):
        end = max(start, int(np.floor(b * n / bins + 0.5)))
        if end <= start:
            continue
        end = int(np.searchsorted(p, p[end - 1], side="right"))
        total += (end - start) / n * abs(y[start:end].mean() - p[start:end].mean())
        start = end
    return total


def regression(n):
    labels = rng.normal(50, 12, n)
    predictions = labels + rng.normal(1, 4, n)
    return {
        "labels": labels.tolist(),
        "predictions": predictions.tolist(),
        "rmse": metrics.root_mean_squared_error(labels, predictions),
        "mae": metrics.mean_absolute_error(labels, predictions),
        "r2": metrics.r2_score(labels, predictions),
        "mape": metrics.mean_absolute_percentage_error(labels, predictions),
    }


def psi(p, q):
    return float(((q - p) * np.log(q / p)).sum())


def numeric(name, baseline, current):
    low, high = np.quantile(baseline, [0.001, 0.999], method="inverted_cdf")
    clipped, clipped_now = np.clip(baseline, low, high), np.clip(current, low, high)
    distinct = np.union1d(baseline, current)
    if len(distinct) <= 20:
        p = np.array([(baseline == v).sum() for v in distinct])
        q = np.array([(current == v).sum() for v in distinct])
    else:
        edges = np.unique(np.quantile(baseline, np.arange(1, 10) / 10, method="inverted_cdf"))
        p = np.bincount(np.searchsorted(edges, baseline, side="left"), minlength=len(edges) + 1)
        q = np.bincount(np.searchsorted(edges, current, side="left"), minlength=len(edges) + 1)
    ks = stats.ks_2samp(baseline, current, method="asymp")
    return {
        "name": name,
        "baseline": baseline.tolist(),
        "current": current.tolist(),
        "ks": ks.statistic,
        "asymptoticPValue": ks.pvalue,
        "wasserstein": stats.wasserstein_distance(clipped, clipped_now) / clipped.std(),
        "psi": psi(p / p.sum(), q / q.sum()) if (p > 0).all() and (q > 0).all() else None,
        "jensenShannon": float(jensenshannon(p, q)),
    }


def categorical(name, baseline, current):
    """Every level holds at least 0.5 % of the baseline and expects 5 rows: no pooling."""
    p, q = np.array(list(baseline.values())), np.array(list(current.values()))
    test = stats.chi2_contingency(np.array([p, q]), correction=False)
    distance = float(jensenshannon(p, q))
    bias = (len(p) - 1) * (1 / p.sum() + 1 / q.sum()) / 8
    return {
        "name": name,
        "baseline": baseline,
        "current": current,
        "chiSquared": test.statistic,
        "pValue": test.pvalue,
        "jensenShannon": distance,
        "corrected": float(np.sqrt(max(0, distance**2 - bias))),
        "psi": psi(p / p.sum(), q / q.sum()),
    }


def write(path, document):
    made_with = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    (HERE / path).write_text(json.dumps({"madeWith": made_with, **document}, indent=None) + "\n")


write(
    "evaluation/fixtures/reference-metrics.json",
    {
        "classification": [
            classification("distinct scores", 80, 12),
            classification("many ties", 120, 1),
            classification("a few ties", 97, 2),
        ],
        "regression": regression(60),
    },
)
write(
    "drift/fixtures/reference-drift.json",
    {
        "numeric": [
            numeric("a normal column that moved", rng.normal(0, 1, 150), rng.normal(0.4, 1.2, 90)),
            numeric("a count of visits", rng.poisson(0.7, 200).astype(float), rng.poisson(1.1, 120).astype(float)),
            numeric("epoch seconds", 1.6e9 + rng.normal(0, 50, 130), 1.6e9 + rng.normal(10, 50, 110)),
            numeric("a skewed column with outliers", rng.lognormal(0, 2, 160), rng.lognormal(0.3, 2, 140)),
            numeric("ties and tails", np.round(rng.gamma(2, 9, 180)), np.round(rng.gamma(2.4, 9, 150))),
        ],
        "categorical": [
            categorical("two levels", {"F": 540, "M": 460}, {"F": 230, "M": 270}),
            categorical(
                "six levels",
                {"a": 400, "b": 300, "c": 150, "d": 90, "e": 40, "f": 20},
                {"a": 150, "b": 160, "c": 90, "d": 60, "e": 25, "f": 15},
            ),
            categorical("the same shares", {"x": 200, "y": 100, "z": 50}, {"x": 400, "y": 200, "z": 100}),
        ],
    },
)
