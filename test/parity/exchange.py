"""Loads the models that the local trainer wrote, and writes what the library answers on their rows.

Usage: exchange.py DIRECTORY. `models.json` there lists {file, rows, features}; `rows.f32` of a model's name holds its
matrix; margins, predictions and contributions go to `<name>.answer.f32`, one behind the other.
"""

import json
import pathlib
import sys
import tarfile

import numpy as np
import xgboost as xgb

HERE = pathlib.Path(sys.argv[1])
answers = []
for model in json.loads((HERE / "models.json").read_text()):
    file = HERE / model["file"]
    try:
        if file.name.endswith(".tar.gz"):
            with tarfile.open(file) as archive:
                booster = xgb.Booster(model_file=bytearray(archive.extractfile("xgboost-model").read()))
        else:
            booster = xgb.Booster(model_file=str(file))
        x = np.fromfile(HERE / model["matrix"], dtype=np.float32).reshape(model["rows"], -1)
        matrix = xgb.DMatrix(x, feature_names=booster.feature_names)
        parts = {
            "margins": booster.predict(matrix, output_margin=True),
            "predictions": booster.predict(matrix),
            "contributions": booster.predict(matrix, pred_contribs=True),
        }
        arrays = [np.asarray(part, dtype=np.float32).ravel() for part in parts.values()]
        np.concatenate(arrays).tofile(HERE / f"{model['file']}.f32")
        names = booster.feature_names or []
        answers.append({"parts": dict(zip(parts, map(len, arrays))), "names": len(names)})
    except xgb.core.XGBoostError as error:
        answers.append({"error": str(error).splitlines()[0]})
(HERE / "answers.json").write_text(json.dumps({"library": xgb.__version__, "models": answers}))
