"""Writes the fixtures of the model reader: small models of the real xgboost library, and what it answers on them.

    python -m venv venv && venv/bin/pip install xgboost-cpu scikit-learn numpy
    venv/bin/python test/parity/make-models.py

With an older library (`pip install xgboost==1.7.6 'numpy<2'`) only the cases of its own format are written, under its
version's name: `python test/parity/make-models.py --old`. With `--out DIR` they go there instead of the tests' folder.
"""

import io
import json
import pathlib
import sys
import tarfile

import numpy as np
import xgboost as xgb

HERE = pathlib.Path(__file__).parent.parent / "functions" / "scoring" / "fixtures"
if "--out" in sys.argv:
    HERE = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
ROWS, ASKED, FEATURES = 400, 24, 5


def data(seed=7, missing=0.15):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
    x[:, 4] = np.round(x[:, 4] * 2)
    signal = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * np.abs(x[:, 4]) + 0.3 * rng.normal(size=ROWS)
    if missing:
        x[rng.random(x.shape) < missing] = np.nan
    return x, signal, rng


def labels(objective, signal, rng):
    if objective.startswith(("binary", "reg:logistic")):
        return (signal > np.median(signal)).astype(np.float32)
    if objective.startswith("multi"):
        return np.digitize(signal, np.quantile(signal, [0.33, 0.66])).astype(np.float32)
    if objective.startswith("rank"):
        return np.digitize(signal, np.quantile(signal, [0.5, 0.8])).astype(np.float32)
    if objective in ("count:poisson", "reg:gamma", "reg:tweedie"):
        return rng.poisson(np.exp(np.clip(signal / 2, -2, 2))).astype(np.float32) + (objective == "reg:gamma")
    if objective == "reg:squaredlogerror":
        return np.abs(signal).astype(np.float32)
    return signal.astype(np.float32)


def numbers(array):
    """Nine digits give a 32-bit float back; null is a missing value."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    return [None if np.isnan(v) else float(f"{v:.9g}") for v in flat]


def write(name, booster, x, form="ubj", contributions=True, best=None, tar=False):
    file = HERE / f"{name}.{form}"
    booster.save_model(file)
    matrix = xgb.DMatrix(
        x, feature_names=booster.feature_names, feature_types=booster.feature_types, enable_categorical=True
    )
    extent = {} if best is None else {"iteration_range": (0, best + 1)}
    case = {
        "library": xgb.__version__,
        "rows": len(x),
        "features": x.shape[1],
        "matrix": numbers(x),
        "margins": numbers(booster.predict(matrix, output_margin=True, **extent)),
        "predictions": numbers(booster.predict(matrix, **extent)),
    }
    if contributions:
        case["contributions"] = numbers(booster.predict(matrix, pred_contribs=True, **extent))
    if tar:
        packed = HERE / f"{name}.tar.gz"
        with tarfile.open(packed, "w:gz") as archive:
            info = tarfile.TarInfo("xgboost-model")
            content = file.read_bytes()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        file.unlink()
        file = packed
    case["file"] = file.name
    (HERE / f"{name}.case.json").write_text(json.dumps(case, separators=(",", ":")))


def train(objective, rounds=6, missing=0.15, early=False, feature_names=None, **params):
    x, signal, rng = data(missing=missing)
    y = labels(objective, signal, rng)
    matrix = xgb.DMatrix(x, y, feature_names=feature_names)
    if objective.startswith("rank"):
        matrix.set_group([20] * (ROWS // 20))
    settings = {"objective": objective, "max_depth": 3, "eta": 0.4, "seed": 1, "nthread": 1, **params}
    if objective.startswith("multi"):
        settings["num_class"] = 3
    if not early:
        return xgb.train(settings, matrix, rounds), x[:ASKED]
    flipped = np.where(rng.random(200) < 0.25, 1 - y[:200], y[:200])
    held, matrix = xgb.DMatrix(x[:200], flipped), xgb.DMatrix(x[200:], y[200:])
    settings["eta"] = 0.15
    booster = xgb.train(
        settings, matrix, 20, evals=[(held, "held")], early_stopping_rounds=3, verbose_eval=False
    )
    return booster, x[:ASKED]


def categorical(**params):
    rng = np.random.default_rng(11)
    x = rng.normal(size=(ROWS, 3)).astype(np.float32)
    x[:, 1] = rng.integers(0, 40, ROWS)
    x[:, 2] = rng.integers(0, 3, ROWS)
    y = (np.isin(x[:, 1], [1, 5, 9, 33, 38]) * 2.0 + (x[:, 2] == 1) + x[:, 0]).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    types = ["q", "c", "c"]
    matrix = xgb.DMatrix(x, y, feature_types=types, enable_categorical=True)
    settings = {"objective": "reg:squarederror", "max_depth": 3, "tree_method": "hist", "nthread": 1, **params}
    booster = xgb.train(settings, matrix, 5)
    booster.feature_types = types
    return booster, x[:ASKED]


def old():
    version = "-".join(xgb.__version__.split(".")[:2])
    for form in ("json", "ubj"):
        write(f"v{version}-logistic-{form}", *train("binary:logistic", rounds=4, base_score=0.3), form=form)
    write(f"v{version}-linear", *train("reg:squarederror", booster="gblinear"), form="json")
    write(f"v{version}-softprob", *train("multi:softprob", rounds=3))
    write(f"v{version}-dart", *train("binary:logistic", booster="dart", rate_drop=0.4), form="json")
    write(f"v{version}-categorical", *categorical(max_cat_to_onehot=4))


def new():
    for objective in ("binary:logistic", "reg:squarederror", "reg:logistic", "count:poisson", "rank:ndcg"):
        write(f"gbtree-{objective.replace(':', '-')}", *train(objective))
    for objective in ("binary:logitraw", "reg:gamma", "reg:tweedie", "reg:absoluteerror", "reg:pseudohubererror"):
        write(f"gbtree-{objective.replace(':', '-')}", *train(objective, rounds=3), contributions=False)
    write("gbtree-softprob", *train("multi:softprob", rounds=4), form="json")
    write("gbtree-softmax", *train("multi:softmax", rounds=3), contributions=False)
    names = ["age", "visits", "days", "tests", "dose"]
    write("gbtree-named-json", *train("binary:logistic", feature_names=names, missing=0), form="json")
    write("gbtree-tar", *train("binary:logistic", base_score=0.2), tar=True)
    write("gbtree-deep", *train("reg:squarederror", rounds=2, max_depth=12))
    write("gbtree-pruned", *train("reg:squarederror", tree_method="exact", gamma=20, max_depth=5))
    write("gbtree-lossguide", *train("binary:logistic", grow_policy="lossguide", max_leaves=9, max_depth=0))
    for booster in ("gbtree", "dart"):
        best, x = train("binary:logistic", early=True, booster=booster, num_parallel_tree=2)
        write(f"{booster}-best-iteration", best, x, best=best.best_iteration)
    write("dart-logistic", *train("binary:logistic", booster="dart", rate_drop=0.4))
    write("dart-softprob", *train("multi:softprob", rounds=3, booster="dart", rate_drop=0.4))
    forest = {"num_parallel_tree": 8, "subsample": 0.7, "colsample_bynode": 0.7, "eta": 1}
    write("forest-logistic", *train("binary:logistic", rounds=1, **forest))
    for objective in ("binary:logistic", "reg:squarederror", "multi:softprob"):
        write(f"gblinear-{objective.replace(':', '-')}", *train(objective, booster="gblinear"), form="json")
    write("categorical-partition", *categorical(max_cat_to_onehot=1))
    write("categorical-one-hot", *categorical(max_cat_to_onehot=100), form="json")


if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    old() if "--old" in sys.argv else new()
