"""The xgboost side of the bench `trees`: answers one JSON line on stdout per command line on stdin.

Usage: trees.py DIRECTORY [TABLE.csv.gz]. What both sides read (rows, models, the training table) goes to the directory.
"""

import csv
import gzip
import json
import pathlib
import sys
import time

import numpy as np
import xgboost as xgb

DIRECTORY = pathlib.Path(sys.argv[1])
TABLE = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
ROWS, COLUMNS, EXPLAINED = 100_000, 300, 20_000
TRAINING_ROWS, TRAINING_COLUMNS = 81_000, 333
THREADS = {"nthread": 2}
TRAINING = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1, "eval_metric": "logloss", "tree_method": "hist"}
kept = {}


def timed(work):
    started = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - started}


def scoring():
    """100,000 dense rows, a model of 200 trees of depth 6, and one of about 2 MB to load."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    y = (x[:, :30].sum(axis=1) + np.abs(x[:, 30:60]).sum(axis=1) > 24 + rng.normal(size=ROWS)).astype(np.float32)
    # Few rows and columns a tree: it is the shape of the trees that counts here, not their quality.
    parameters = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1, "colsample_bytree": 0.2, **THREADS}
    grown = xgb.train(parameters, xgb.DMatrix(x[:12_000], y[:12_000]), 500)
    grown.save_model(DIRECTORY / "large.ubj")
    booster = grown[:200]
    booster.save_model(DIRECTORY / "model.ubj")
    booster.set_param(THREADS)
    x.tofile(DIRECTORY / "rows.f32")
    kept.update(x=x, booster=booster, explained=xgb.DMatrix(x[:EXPLAINED], **THREADS))
    booster.inplace_predict(x).tofile(DIRECTORY / "predictions.f32")
    return {"rows": ROWS, "columns": COLUMNS, "explained": EXPLAINED, "library": xgb.__version__}


def table():
    """The training table: the diabetes one encoded one-hot where it is at hand, else one of the same shape."""
    x, y = from_diabetes() if TABLE else made_up()
    with open(DIRECTORY / "train.csv", "w") as file:
        for label, row in zip(y.tolist(), x.tolist()):
            cells = ("" if value != value else f"{value:.9g}" for value in row)
            file.write(f"{label:.9g},{','.join(cells)}\n")
    kept.update(train=x, labels=y)
    return {"rows": x.shape[0], "columns": x.shape[1], "real": TABLE is not None}


def from_diabetes():
    with gzip.open(TABLE, "rt", newline="") as file:
        rows = list(csv.DictReader(file))[:TRAINING_ROWS]
    numeric = [name for name in rows[0] if name.startswith(("num_", "number_", "time_"))]
    skip = {"encounter_id", "patient_nbr", "readmitted", *numeric}
    columns = [[float(row[name]) if row[name] not in ("", "?") else np.nan for row in rows] for name in numeric]
    levels = []
    for name in [name for name in rows[0] if name not in skip]:
        counts = {}
        for row in rows:
            counts[row[name]] = counts.get(row[name], 0) + 1
        levels += [(count, name, level) for level, count in counts.items()]
    for _, name, level in sorted(levels, reverse=True)[: TRAINING_COLUMNS - len(numeric)]:
        columns.append([float(row[name] == level) for row in rows])
    labels = np.array([row["readmitted"] == "<30" for row in rows], dtype=np.float32)
    return np.array(columns, dtype=np.float32).T.copy(), labels


def made_up():
    rng = np.random.default_rng(2)
    x = (rng.random((TRAINING_ROWS, TRAINING_COLUMNS)) < rng.random(TRAINING_COLUMNS) ** 3).astype(np.float32)
    x[:, :8] = rng.poisson(4, (TRAINING_ROWS, 8))
    y = (x[:, :40].sum(axis=1) + rng.normal(size=TRAINING_ROWS) * 8 > 45).astype(np.float32)
    return x, y


def train():
    """From the rows in memory to the booster, the histogram matrix included."""
    matrix = xgb.QuantileDMatrix(kept["train"], kept["labels"], **THREADS)
    xgb.train({**TRAINING, **THREADS}, matrix, 200, evals=[(matrix, "train")], verbose_eval=False)


COMMANDS = {
    "scoring": scoring,
    "table": table,
    "predict": lambda: timed(lambda: kept["booster"].inplace_predict(kept["x"])),
    "explain": lambda: timed(lambda: kept["booster"].predict(kept["explained"], pred_contribs=True)),
    "train": lambda: timed(train),
}

for line in sys.stdin:
    print(json.dumps(COMMANDS[line.strip()]()), flush=True)
