"""Writes a grid of models of the installed xgboost library, and what it answers on them, for run.ts to compare.

Usage: grid.py DIRECTORY [--full]. `cases.jsonl` names per model its file and one file of 32-bit floats, which holds the
arrays of `parts` one behind the other. Without --full, a fixed quarter of the boosted trees is made.
"""

import io
import itertools
import json
import pathlib
import random
import sys
import tarfile

import numpy as np
import xgboost as xgb

OUT = pathlib.Path(sys.argv[1])
FULL = "--full" in sys.argv
TRAINED, ASKED, FEATURES = 420, 160, 8
MAIN = ["binary:logistic", "reg:squarederror", "reg:logistic", "count:poisson", "multi:softprob", "rank:ndcg"]
OTHER = ["binary:logitraw", "binary:hinge", "multi:softmax", "rank:pairwise", "rank:map", "reg:gamma", "reg:tweedie"]
OTHER += ["reg:absoluteerror", "reg:pseudohubererror", "reg:squaredlogerror"]
FORMS = ["ubj", "json", "tar.gz"]
VERSION = tuple(int(part) for part in xgb.__version__.split(".")[:2])
cases = open(OUT / "cases.jsonl", "w")
count = 0


def rows(seed, missing, extreme=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(TRAINED + ASKED, FEATURES)).astype(np.float32)
    x[:, 3] = np.round(x[:, 3] * 2) / 2
    x[:, 4] = rng.poisson(2, len(x))
    x[:, 5] *= 1e6
    x[:, 6] *= 1e-6
    signal = x[:, 0] + x[:, 1] * x[:, 2] + 0.4 * x[:, 4] + 1e-6 * x[:, 5] + 0.3 * rng.normal(size=len(x))
    if missing:
        x[rng.random(x.shape) < missing] = np.nan
    # Values at which floats are easily read wrongly; a weight times the largest ones is infinite.
    if extreme:
        x[TRAINED : TRAINED + 8, 0] = [0.0, -0.0, 3e38, -3e38, 1e-45, -1e-45, 16777217, np.nan]
    return x, signal, rng


def labels(objective, signal, rng):
    if objective.startswith(("binary", "reg:logistic", "rank:map")):
        return (signal > np.median(signal)).astype(np.float32)
    if objective.startswith("multi"):
        return np.digitize(signal, np.quantile(signal, [0.33, 0.66])).astype(np.float32)
    if objective.startswith("rank"):
        return np.digitize(signal, np.quantile(signal, [0.5, 0.8])).astype(np.float32)
    if objective in ("count:poisson", "reg:gamma", "reg:tweedie"):
        return rng.poisson(np.exp(np.clip(signal / 2, -2, 2))).astype(np.float32) + (objective == "reg:gamma")
    if objective == "reg:squaredlogerror":
        return np.abs(signal).astype(np.float32)
    return signal.astype(np.float32) * 10 + 50


def save(name, booster, x, contributions=True, best=None):
    """Saves in one of the three forms by turns; what is expected comes from the model as it is loaded again."""
    global count
    form = FORMS[count % 3]
    count += 1
    plain = OUT / f"{name}.{'ubj' if form == 'tar.gz' else form}"
    booster.save_model(plain)
    loaded = xgb.Booster(model_file=str(plain))
    matrix = xgb.DMatrix(
        x, feature_names=booster.feature_names, feature_types=booster.feature_types, enable_categorical=True
    )
    extent = {} if best is None else {"iteration_range": (0, best + 1)}
    parts = {
        "matrix": x,
        "margins": loaded.predict(matrix, output_margin=True, **extent),
        "predictions": loaded.predict(matrix, **extent),
    }
    if best is not None:
        parts["marginsOfAllRounds"] = loaded.predict(matrix, output_margin=True)
    if contributions:
        parts["contributions"] = loaded.predict(matrix, pred_contribs=True, **extent)
    file = plain
    if form == "tar.gz":
        file = OUT / f"{name}.tar.gz"
        with tarfile.open(file, "w:gz") as archive:
            info = tarfile.TarInfo("xgboost-model")
            content = plain.read_bytes()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        plain.unlink()
    arrays = [np.asarray(part, dtype=np.float32).ravel() for part in parts.values()]
    np.concatenate(arrays).tofile(OUT / f"{name}.f32")
    sizes = dict(zip(parts, map(len, arrays)))
    case = {"name": name, "library": xgb.__version__, "file": file.name, "rows": len(x), "features": x.shape[1]}
    cases.write(json.dumps({**case, "parts": sizes}) + "\n")


def grow(name, objective, rounds=7, missing=0.2, early=False, names=False, **params):
    x, signal, rng = rows(count, missing, extreme=params.get("booster") != "gblinear")
    y = labels(objective, signal, rng)
    title = {"feature_names": [f"column {at}" for at in range(FEATURES)]} if names else {}
    settings = {"objective": objective, "eta": 0.4, "seed": 1, "nthread": 1, **params}
    if objective.startswith("multi"):
        settings["num_class"] = 3
    half = TRAINED // 2
    parts = [(0, half), (half, TRAINED)] if early else [(0, TRAINED)]
    matrices = [xgb.DMatrix(x[a:b], y[a:b], **title) for a, b in parts]
    if objective.startswith("rank"):
        for matrix in matrices:
            matrix.set_group([10] * (matrix.num_row() // 10))
    if not early:
        return save(name, xgb.train(settings, matrices[0], rounds), x[TRAINED:])
    # Noise in the watched labels ends the training soon; the rounds after the best one stay in the file.
    watched = [(matrices[1], "watched")]
    booster = xgb.train(
        settings, matrices[0], 25, evals=watched, early_stopping_rounds=4, verbose_eval=False
    )
    save(name, booster, x[TRAINED:], best=booster.best_iteration)


def categorical(name, missing, **params):
    rng = np.random.default_rng(count)
    x = rng.normal(size=(TRAINED + ASKED, 4)).astype(np.float32)
    x[:, 1] = rng.integers(0, 70, len(x))
    x[:, 2] = rng.integers(0, 3, len(x))
    y = (np.isin(x[:, 1], [1, 5, 9, 33, 38, 64, 69]) * 2.0 + (x[:, 2] == 1) + x[:, 0]).astype(np.float32)
    x[rng.random(x.shape) < missing] = np.nan
    types = ["q", "c", "c", "float"]
    matrix = xgb.DMatrix(x[:TRAINED], y[:TRAINED], feature_types=types, enable_categorical=True)
    settings = {"objective": "reg:squarederror", "tree_method": "hist", "nthread": 1, **params}
    booster = xgb.train(settings, matrix, 6)
    booster.feature_types = types
    save(name, booster, x[TRAINED:], contributions=False)


def main():
    grid = list(itertools.product(MAIN, ["gbtree", "dart"], [1, 4, 6, 11], [0, 0.3, 0.8], [False, True], [1, 3]))
    random.Random(4).shuffle(grid)
    for objective, booster, depth, missing, early, parallel in grid if FULL else grid[: len(grid) // 4]:
        params = {"booster": booster, "max_depth": depth, "num_parallel_tree": parallel}
        if booster == "dart":
            params |= {"rate_drop": 0.3, "skip_drop": 0.2}
        if parallel > 1:
            params |= {"subsample": 0.7, "colsample_bynode": 0.7}
        name = f"{objective}-{booster}-depth{depth}-missing{missing}-x{parallel}{'-stopped' if early else ''}"
        grow(name.replace(":", "-"), objective, missing=missing, early=early, names=depth == 4, **params)
    for objective, missing in itertools.product(MAIN[:5], [0, 0.3]):
        grow(f"{objective}-gblinear-missing{missing}".replace(":", "-"), objective, missing=missing, booster="gblinear")
    for objective in OTHER:
        # The library of 1.7 has no contributions of these, and none has any of a class index.
        grow(f"{objective}-gbtree".replace(":", "-"), objective, max_depth=5)
    for base in [0.02, 0.5, 0.97]:
        grow(f"base-score-{base}", "binary:logistic", max_depth=3, base_score=base)
    grow("lossguide", "binary:logistic", grow_policy="lossguide", max_leaves=40, max_depth=0, tree_method="hist")
    grow("pruned", "reg:squarederror", tree_method="exact", gamma=500, max_depth=6)
    grow("approx", "binary:logistic", tree_method="approx", max_depth=6, max_bin=16)
    grow("constant", "reg:squarederror", max_depth=3, gamma=1e12)
    for onehot, missing, depth in itertools.product([1, 100], [0, 0.3], [2, 6]):
        categorical(f"categorical-{onehot}-missing{missing}-depth{depth}", missing, max_cat_to_onehot=onehot, max_depth=depth)
    categorical("categorical-dart", 0.2, max_cat_to_onehot=1, max_depth=4, booster="dart", rate_drop=0.3)


main()
