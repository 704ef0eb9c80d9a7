"""Holds the local trainer against the xgboost library: its files load and predict the same, and it learns as well.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install xgboost-cpu scikit-learn numpy
    /tmp/venv/bin/python test/parity/trainer.py [--node PATH] [--data DIR]

Every case trains with the program of the local SageMaker (local/training/main.ts) and with the library's `hist` under
the same hyperparameters, on real tables encoded one-hot. Exit code 1 when a case misses its tolerance.
"""

import argparse
import csv
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time

import numpy
import xgboost
from sklearn.metrics import roc_auc_score

ROOT = pathlib.Path(__file__).resolve().parents[2]


def one_hot(rows, numeric, categorical):
    """Columns as the platform encodes them: numbers as they are, one column per level, missing numbers empty."""
    columns = [[float(row[name]) if row[name] not in ("", "?") else numpy.nan for row in rows] for name in numeric]
    for name in categorical:
        levels = {}
        for row in rows:
            levels[row[name]] = levels.get(row[name], 0) + 1
        common = sorted(level for level, count in levels.items() if count >= 50)
        for level in common:
            columns.append([1.0 if row[name] == level else 0.0 for row in rows])
    return numpy.array(columns, dtype=numpy.float32).T


def side(entity, share):
    return int(hashlib.md5(f"7:{entity}".encode()).hexdigest()[:8], 16) % 10_000 < share * 10_000


def diabetes(data):
    with gzip.open(data / "diabetic_data.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("diag_1", "diag_2", "diag_3"):
            row[name] = row[name].split(".")[0][:2]
    numeric = [name for name in rows[0] if name.startswith(("num_", "number_", "time_"))]
    skip = {"encounter_id", "patient_nbr", "readmitted", "weight", *numeric}
    features = one_hot(rows, numeric, [name for name in rows[0] if name not in skip])
    labels = numpy.array([row["readmitted"] == "<30" for row in rows], dtype=numpy.float32)
    return features, labels, numpy.array([side(row["patient_nbr"], 0.8) for row in rows])


def bike(data):
    with gzip.open(data / "bike_sharing_hour.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    numeric = ["temp", "atemp", "hum", "windspeed", "hr", "yr"]
    features = one_hot(rows, numeric, ["season", "mnth", "weekday", "weathersit", "holiday", "workingday"])
    features[::17, 2] = numpy.nan
    labels = numpy.array([row["cnt"] for row in rows], dtype=numpy.float32)
    return features, labels, numpy.array([side(row["dteday"], 0.8) for row in rows])


def write_channel(directory, features, labels):
    directory.mkdir(parents=True)
    write_table(directory / "part-00000.csv", features, labels)


def write_table(path, features, labels):
    with open(path, "w") as file:
        for label, row in zip(labels.tolist(), features.tolist()):
            cells = ("" if value != value else f"{value:.9g}" for value in row)
            file.write(f"{label:.9g},{','.join(cells)}\n")


def train_here(node, directory, hyperparameters):
    (directory / "hyperparameters.json").write_text(
        json.dumps({name: str(value) for name, value in hyperparameters.items()})
    )
    model = directory / "model"
    started = time.perf_counter()
    subprocess.run(
        [node, ROOT / "local/training/main.ts", "--train", directory / "train", "--validation"]
        + [directory / "validation", "--hyperparameters", directory / "hyperparameters.json"]
        + ["--model-dir", model, "--metrics", directory / "metrics.json"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    with tarfile.open(model / "model.tar.gz") as archive:
        document = archive.extractfile("xgboost-model").read()
    return xgboost.Booster(model_file=bytearray(document)), json.loads((directory / "metrics.json").read_text()), seconds


def score(metric, labels, predictions):
    if metric == "auc":
        return roc_auc_score(labels, predictions)
    return float(numpy.sqrt(numpy.mean((predictions.astype(float) - labels) ** 2)))


SAMPLED = {"subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 5, "eta": 0.1, "max_depth": 6}

# name, table, metric, hyperparameters, how far the score may lie from the library's (relative), and the predictions
# (where nothing is drawn at random and no two splits tie, the trees are the library's).
# fmt: off
CASES = [
    ("boosting", diabetes, "auc", {"objective": "binary:logistic", "num_round": 200, **SAMPLED}, 0.01, None),
    ("few trees", diabetes, "auc", {"objective": "binary:logistic", "num_round": 5, "base_score": 0.1}, 0.001, None),
    ("weighted", diabetes, "auc", {"objective": "binary:logistic", "num_round": 20, "scale_pos_weight": 4, "max_delta_step": 1}, 0.003, 1e-4),
    ("forest", diabetes, "auc", {"objective": "binary:logistic", "num_round": 1, "num_parallel_tree": 60, "eta": 1, "subsample": 0.6, "colsample_bynode": 0.3, "max_depth": 8}, 0.015, None),
    ("logistic", diabetes, "auc", {"objective": "binary:logistic", "booster": "gblinear", "updater": "coord_descent", "num_round": 8, "lambda": 0.0001}, 0.002, 1e-3),
    ("boosting", bike, "rmse", {"objective": "reg:squarederror", "num_round": 200, **SAMPLED}, 0.03, None),
    ("few trees", bike, "rmse", {"objective": "reg:squarederror", "num_round": 5}, 0.001, 2e-3),
    ("penalties", bike, "rmse", {"objective": "reg:squarederror", "num_round": 20, "alpha": 5, "lambda": 3, "gamma": 50, "min_child_weight": 20}, 0.005, 1e-3),
    ("by loss", bike, "rmse", {"objective": "reg:squarederror", "num_round": 50, "grow_policy": "lossguide", "max_leaves": 20, "max_depth": 0}, 0.02, 1e-3),
    ("poisson", bike, "rmse", {"objective": "count:poisson", "num_round": 100, "eval_metric": "rmse"}, 0.03, 1e-3),
    ("gamma", bike, "rmse", {"objective": "reg:gamma", "num_round": 60, "eval_metric": "rmse"}, 0.05, 1e-3),
    ("tweedie", bike, "rmse", {"objective": "reg:tweedie", "num_round": 60, "eval_metric": "rmse"}, 0.03, 1e-3),
    ("linear", bike, "rmse", {"objective": "reg:squarederror", "booster": "gblinear", "updater": "coord_descent", "num_round": 30, "lambda": 0.0001}, 0.002, 1e-3),
]
# fmt: on


def compare(case, tables, node, data, work):
    name, table, metric, hyperparameters, tolerance, closeness = case
    if table not in tables:
        features, labels, training = table(data)
        directory = work / table.__name__
        write_channel(directory / "train", features[training], labels[training])
        write_channel(directory / "validation", features[~training], labels[~training])
        tables[table] = (features, labels, training, directory)
    features, labels, training, directory = tables[table]
    booster, metrics, seconds = train_here(node, directory, {"eval_metric": metric, **hyperparameters})
    matrices = [xgboost.DMatrix(features[part], labels[part]) for part in (training, ~training)]
    validation = matrices[1]
    own = booster.predict(validation)
    agreed = abs(score(metric, labels[~training], own) - metrics["metrics"][f"validation:{metric}"])
    started = time.perf_counter()
    parameters = {name: value for name, value in hyperparameters.items() if name != "num_round"}
    if parameters.get("booster") != "gblinear":
        parameters["tree_method"] = "hist"
    watched = {"evals": [(matrices[0], "train"), (validation, "validation")], "verbose_eval": False}
    parameters = {"nthread": 2, "eval_metric": metric, **parameters}
    reference = xgboost.train(parameters, matrices[0], hyperparameters["num_round"], **watched)
    reference_seconds = time.perf_counter() - started
    theirs = reference.predict(validation)
    scores = [score(metric, labels[~training], predictions) for predictions in (own, theirs)]
    # Only a worse score counts; a better one is no failure, but the same trees must be the same.
    loss = (scores[1] - scores[0] if metric == "auc" else scores[0] - scores[1]) / scores[1]
    distance = float(numpy.max(numpy.abs(own - theirs) / numpy.maximum(1, numpy.abs(theirs))))
    good = agreed < 1e-5 * max(1, scores[0]) and loss < tolerance and (closeness is None or distance < closeness)
    print(
        f"{'ok  ' if good else 'MISS'} {table.__name__:9}{name:10} {metric:5} here {scores[0]:9.4f} library {scores[1]:9.4f}"
        f"  farthest prediction {distance:8.1e}  loaded vs reported {agreed:7.1e}"
        f"  seconds {metrics['seconds']:6.2f} / {reference_seconds:6.2f} (process {seconds:.2f})"
    )
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--node", default=str(ROOT / "node_modules/.bin/node"))
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"no tables in {arguments.data}: name their directory with --data")
    tables = {}
    with tempfile.TemporaryDirectory() as work:
        results = [compare(case, tables, arguments.node, arguments.data, pathlib.Path(work)) for case in CASES]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
