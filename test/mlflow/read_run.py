"""What MLflow's own client finds of a run, and what the library makes of the model that was logged to it, as JSON."""
import json
import sys

import mlflow
import numpy as np
import xgboost
from mlflow.tracking import MlflowClient

uri, experiment, run_tag = sys.argv[1:4]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
found = client.get_experiment_by_name(experiment)
runs = client.search_runs([found.experiment_id], f"tags.`regimen.runId` = '{run_tag}'")
run = runs[0]
history = {
    name: [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, name)]
    for name in run.data.metrics
}
answer = {
    "runs": len(runs),
    "status": run.info.status,
    "params": run.data.params,
    "metrics": run.data.metrics,
    "history": history,
    "tags": {name: text for name, text in run.data.tags.items() if name.startswith("regimen.")},
    "artifacts": sorted(entry.path for entry in client.list_artifacts(run.info.run_id, "model")),
    "versions": {"mlflow": mlflow.__version__, "xgboost": xgboost.__version__},
}
if answer["artifacts"]:
    booster = mlflow.xgboost.load_model(f"runs:/{run.info.run_id}/model")
    rows = np.linspace(0, 1, 5 * booster.num_features(), dtype=np.float32).reshape(5, -1)
    answer["features"] = booster.num_features()
    answer["predictions"] = [float(value) for value in booster.inplace_predict(rows)]
print(json.dumps(answer))
