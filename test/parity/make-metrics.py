"""Writes the expected values of the metric and drift tests, as SciPy and scikit-learn compute them.

Run from the repository root in an environment with numpy, scipy and scikit-learn:

    python test/parity/make-metrics.py

With `--out DIR --seed N` it writes other and more cases to `DIR/metrics.json` and `DIR/drift.json`, for run.ts.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

HERE = Path(__file__).parent.parent / "functions"
parser = argparse.ArgumentParser()
parser.add_argument("--out", type=Path)
parser.add_argument("--seed", type=int, default=20240607)
arguments = parser.parse_args()
rng = np.random.default_rng(arguments.seed)


def classification(name, n, decimals):
    labels = (rng.random(n) < 0.3).astype(int)
    if arguments.out:
        labels[:2] = [0, 1]
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
        "mannWhitney": mann_whitney(baseline, current),
    }


def mann_whitney(baseline, current):
    test = stats.mannwhitneyu(current, baseline, use_continuity=False, method="asymptotic")
    return {"area": test.statistic / (len(baseline) * len(current)), "pValue": test.pvalue}


def fisher(before, now, n, m):
    """The two-sided p-value by doubling the smaller tail."""
    law = stats.hypergeom(n + m, before + now, m)
    return [before, now, n, m, float(min(1.0, 2 * min(law.sf(now - 1), law.cdf(now))))]


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


def weighted(name, n, decimals):
    """Rows of entities that were drawn 0 to 4 times, as a bootstrap draws them."""
    case = classification(name, n, decimals)
    weights = rng.integers(0, 5, n)
    weights[:2] = 1
    labels, scores = np.array(case["labels"]), np.array(case["scores"])
    case["weights"] = weights.tolist()
    case["weightedRocAuc"] = metrics.roc_auc_score(labels, scores, sample_weight=weights)
    case["weightedPrAuc"] = metrics.average_precision_score(labels, scores, sample_weight=weights)
    return case


def curves(name, n, decimals):
    """Whole curves: every point at a distinct score; and isotonic regression, which is the calibrator."""
    case = classification(name, n, decimals)
    labels, scores = np.array(case["labels"]), np.array(case["scores"])
    fpr, tpr, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    case["roc"] = [fpr.tolist(), tpr.tolist()]
    # scikit-learn goes from the lowest score on, and closes with a point at recall 0 that is no row.
    case["precisionRecall"] = [precision[::-1][1:].tolist(), recall[::-1][1:].tolist()]
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    asked = np.linspace(-0.1, 1.1, 61)
    case["isotonic"] = [asked.tolist(), isotonic.predict(asked).tolist()]
    return case


def degenerate(name, labels, scores):
    """One class, or constant scores: null where scikit-learn has no value."""
    both = len(set(labels)) > 1
    return {
        "name": name,
        "labels": labels,
        "scores": scores,
        "rocAuc": metrics.roc_auc_score(labels, scores) if both else None,
        "prAuc": metrics.average_precision_score(labels, scores) if any(labels) else None,
        "logLoss": metrics.log_loss(labels, scores, labels=[0, 1]),
        "brier": metrics.brier_score_loss(labels, scores, pos_label=1),
    }


def tails():
    """Upper tails: chi-squared by statistic and degrees of freedom, and the limiting Kolmogorov distribution."""
    chi = [(float(x), int(k)) for k in (1, 2, 3, 7, 20, 49, 200) for x in k * np.array([0.01, 0.3, 1, 1.7, 4])]
    return {
        "chiSquared": [[x, k, stats.chi2.sf(x, k)] for x, k in chi],
        "kolmogorov": [[x, stats.kstwobign.sf(x)] for x in np.arange(0.2, 3, 0.07).tolist()],
    }


def write(path, document):
    made_with = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    target = arguments.out or HERE
    (target / path).write_text(json.dumps({"madeWith": made_with, **document}, indent=None) + "\n")


def committed():
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


def anew():
    warnings.simplefilter("ignore")
    sizes = [(int(n), int(d)) for n in (12, 60, 333, 1500) for d in (1, 2, 12)]
    write(
        "metrics.json",
        {
            "classification": [classification(f"{n} rows, {d} digits", n, d) for n, d in sizes],
            "weighted": [weighted(f"{n} weighted rows, {d} digits", n, d) for n, d in sizes],
            "curves": [curves(f"curves of {n} rows, {d} digits", n, d) for n, d in sizes if n < 1000 and d < 12],
            "degenerate": [
                degenerate("constant scores", [0, 1, 1, 0, 1], [0.4] * 5),
                degenerate("negatives only", [0, 0, 0], [0.1, 0.2, 0.2]),
                degenerate("positives only", [1, 1, 1], [0.9, 0.2, 0.2]),
                degenerate("sure and right", [0, 1, 0, 1], [0.0, 1.0, 0.0, 1.0]),
                degenerate("sure and wrong", [1, 0, 1, 0], [0.0, 1.0, 0.0, 1.0]),
            ],
            "regression": [regression(n) for n in (2, 17, 60, 1200)],
        },
    )
    normal = [
        numeric(f"normal, moved by {shift}", rng.normal(0, 1, 400), rng.normal(shift, 1, 250))
        for shift in (0, 0.1, 0.5, 2)
    ]
    counts = [
        numeric(f"counts of mean {mean}", rng.poisson(mean, 500).astype(float), rng.poisson(mean * 1.3, 300).astype(float))
        for mean in (0.4, 2, 30)
    ]
    tailed = [numeric(f"log-normal {s}", rng.lognormal(0, s, 300), rng.lognormal(0.1, s, 280)) for s in (0.5, 2, 4)]
    seconds = [numeric("epoch seconds", 1.7e9 + rng.normal(0, 40, 300), 1.7e9 + rng.normal(9, 40, 300))]
    levels = [
        categorical(
            f"{k} levels",
            {f"level {at}": int(n) for at, n in enumerate(60 + rng.integers(0, 300, k))},
            {f"level {at}": int(n) for at, n in enumerate(60 + rng.integers(0, 200, k))},
        )
        for k in (2, 3, 9, 20)
    ]
    exact = [
        fisher(int(b), int(c), int(n), int(m))
        for n, m in ((71236, 1000), (2000, 500), (60, 40), (30, 30))
        for b, c in ((0, 3), (5, 0), (7, 7), (n // 3, m // 4), (n // 50, m // 10))
    ]
    cells = {"numeric": normal + counts + tailed + seconds, "categorical": levels, "fisher": exact}
    write("drift.json", {**cells, **tails()})


anew() if arguments.out else committed()
