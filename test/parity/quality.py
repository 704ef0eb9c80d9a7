"""Writes tables for the comparison of trainers, and what the library's `hist` predicts on their test rows.

Usage: quality.py OUT DATA [--full]. DATA holds the real tables; those that are not there are left out. For each table:
`<name>.train.csv` and `<name>.test.csv` (label first), and per seed `<name>-<seed>.f32`; `tables.json` lists them.
"""

import json
import pathlib
import sys

import numpy as np
import xgboost as xgb
from trainer import bike, diabetes, write_table

OUT, DATA, FULL = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--full" in sys.argv
SEEDS = [1, 2, 3, 4, 5]
ROUNDS = 200 if FULL else 60
SAMPLED = {"subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 5, "eta": 0.1, "max_depth": 6}


def friedman(rows=12_000):
    """Friedman's first function, with columns that say nothing and a fifth of two columns missing."""
    rng = np.random.default_rng(11)
    x = rng.random((rows, 12)).astype(np.float32)
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    y += rng.normal(size=rows)
    x[rng.random(rows) < 0.2, 2] = np.nan
    x[rng.random(rows) < 0.2, 8] = np.nan
    return x, y.astype(np.float32), rng.random(rows) < 0.7


def rare_interactions(rows=16_000):
    """A class of 12 % that depends on pairs of levels and on one number."""
    rng = np.random.default_rng(12)
    levels = rng.integers(0, 12, (rows, 3))
    x = np.zeros((rows, 3 * 12 + 4), dtype=np.float32)
    for column in range(3):
        x[np.arange(rows), column * 12 + levels[:, column]] = 1
    x[:, 36:] = rng.normal(size=(rows, 4))
    margin = -3 + 1.5 * ((levels[:, 0] + levels[:, 1]) % 4 == 0) + 0.8 * x[:, 36] * x[:, 37] + (levels[:, 2] < 3)
    return x, (rng.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.float32), rng.random(rows) < 0.7


def fewer(table, rows):
    features, labels, training = table
    return (features, labels, training) if FULL else (features[:rows], labels[:rows], training[:rows])


TABLES = {
    "diabetes": ("diabetic_data.csv.gz", lambda: fewer(diabetes(DATA), 36_000), "binary:logistic", "auc"),
    "bike-sharing": ("bike_sharing_hour.csv.gz", lambda: bike(DATA), "reg:squarederror", "rmse"),
    "friedman": (None, friedman, "reg:squarederror", "rmse"),
    "rare-interactions": (None, rare_interactions, "binary:logistic", "auc"),
}
written = []
for name, (source, make, objective, metric) in TABLES.items():
    if source and not (DATA / source).exists():
        written.append({"name": name, "absent": f"{source} is not in the folder of tables"})
        continue
    features, labels, training = make()
    write_table(OUT / f"{name}.train.csv", features[training], labels[training])
    write_table(OUT / f"{name}.test.csv", features[~training], labels[~training])
    np.concatenate([labels[~training], features[~training].ravel()]).astype(np.float32).tofile(OUT / f"{name}.test.f32")
    parameters = {"objective": objective, **SAMPLED}
    matrix = xgb.DMatrix(features[training], labels[training], nthread=2)
    test = xgb.DMatrix(features[~training])
    for seed in SEEDS:
        booster = xgb.train({**parameters, "tree_method": "hist", "seed": seed, "nthread": 2}, matrix, ROUNDS)
        booster.predict(test).tofile(OUT / f"{name}-{seed}.f32")
    hyperparameters = {key: str(value) for key, value in {**parameters, "num_round": ROUNDS}.items()}
    shape = {"rows": int((~training).sum()), "trainingRows": int(training.sum()), "columns": features.shape[1]}
    written.append({"name": name, "metric": metric, "seeds": SEEDS, "hyperparameters": hyperparameters, **shape})
(OUT / "tables.json").write_text(json.dumps(written))
