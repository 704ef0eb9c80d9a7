"""Tables of many shapes as CSV, and what NumPy and SciPy say of them: profile-<n>.csv and profile.json."""
import argparse
import json
import math
from pathlib import Path

import numpy as np
from scipy import stats

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, required=True)
arguments.add_argument("--seed", type=int, default=1)
options = arguments.parse_args()
random = np.random.default_rng(options.seed)
shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def table(rows):
    base = random.normal(size=rows)
    numbers = {
        "normal": base,
        "together": 3 * base + random.normal(size=rows) * 0.5,
        "against": -base + random.normal(size=rows),
        "lognormal": np.exp(random.normal(size=rows) * 1.5),
        "offset": 1.7e9 + random.normal(size=rows) * 40,
        "tiny": random.normal(size=rows) * 1e-7,
        "counts": random.poisson(2, size=rows).astype(float),
        "zeros": np.where(random.random(rows) < 0.9, 0.0, random.exponential(size=rows)),
        "heavy": random.standard_t(3, size=rows),
    }
    for name, share in {"together": 0.1, "zeros": 0.03, "heavy": 0.5}.items():
        numbers[name] = np.where(random.random(rows) < share, np.nan, numbers[name])
    levels = {
        "group": np.where(base > 0.5, "high", np.where(base < -0.5, "low", "middle")),
        "noise": random.choice(["a", "b", "c", "d"], size=rows),
        "echo": np.where(base + random.normal(size=rows) * 0.4 > 0, "up", "down"),
    }
    return numbers, levels


def cramers_v(x, y):
    counts = np.array([[np.sum((x == a) & (y == b)) for b in np.unique(y)] for a in np.unique(x)])
    n = counts.sum()
    phi = stats.chi2_contingency(counts, correction=False)[0] / n
    r, k = counts.shape
    corrected = max(0.0, phi - (r - 1) * (k - 1) / (n - 1))
    return math.sqrt(corrected / (min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1))


def correlation_ratio(levels, values):
    there = ~np.isnan(values)
    x, y = levels[there], values[there]
    within = sum(np.sum((y[x == level] - y[x == level].mean()) ** 2) for level in np.unique(x))
    ratio = 1 - (within / (len(y) - len(np.unique(x)))) / np.var(y, ddof=1)
    return math.sqrt(max(0.0, ratio))


cases = []
for index, rows in enumerate([300, 1000, 4000]):
    numbers, levels = table(rows)
    names = list(numbers) + list(levels)
    file = f"profile-{index}.csv"
    with open(options.out / file, "w") as out:
        out.write(",".join(names) + "\n")
        for row in range(rows):
            cells = ["" if np.isnan(numbers[name][row]) else repr(float(numbers[name][row])) for name in numbers]
            out.write(",".join(cells + [str(levels[name][row]) for name in levels]) + "\n")
    columns = {}
    for name, values in numbers.items():
        there = values[~np.isnan(values)]
        columns[name] = {
            "count": len(there),
            "mean": float(np.mean(there)),
            "std": float(np.std(there, ddof=1)),
            "skew": float(stats.skew(there, bias=False)),
            "kurtosis": float(stats.kurtosis(there, bias=False)),
            "min": float(there.min()),
            "max": float(there.max()),
            "distinct": len(np.unique(there)),
            "quantiles": {str(share): float(np.quantile(there, share)) for share in shares},
        }
    pairs = []
    for at, x in enumerate(numbers):
        for y in list(numbers)[at + 1 :]:
            both = ~np.isnan(numbers[x]) & ~np.isnan(numbers[y])
            pairs.append([x, y, float(np.corrcoef(numbers[x][both], numbers[y][both])[0, 1])])
    associations = []
    for at, x in enumerate(levels):
        for y in list(levels)[at + 1 :]:
            associations.append([x, y, cramers_v(levels[x], levels[y])])
        for y in numbers:
            associations.append([x, y, correlation_ratio(levels[x], numbers[y])])
    cases.append({"file": file, "rows": rows, "columns": columns, "correlations": pairs, "associations": associations})

(options.out / "profile.json").write_text(json.dumps(cases))
