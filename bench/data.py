"""The field's references of the data bench: one piece of work per process, one JSON line of what it took."""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def evidently(reference, current):
    import evidently as library
    import pandas
    from evidently import Report
    from evidently.presets import DataDriftPreset

    def work():
        before, now = pandas.read_csv(reference), pandas.read_csv(current)
        return Report([DataDriftPreset()]).run(now, before).dict()

    return work, f"evidently {library.__version__}, pandas {pandas.__version__}"


def whylogs(reference, current):
    import pandas
    import whylogs as library

    def work():
        return [library.log(pandas.read_csv(path)).view().to_pandas() for path in (reference, current)]

    return work, f"whylogs {library.package_version()}, pandas {pandas.__version__}"


def ydata(reference, current):
    import pandas
    from ydata_profiling import ProfileReport
    from ydata_profiling import __version__ as version

    def work():
        for path in (reference, current):
            ProfileReport(pandas.read_csv(path), minimal=True, progress_bar=False).get_description()

    return work, f"ydata-profiling {version}, pandas {pandas.__version__}"


def pandas_scipy(reference, current):
    import pandas
    import scipy
    from scipy import stats

    def work():
        before, now = pandas.read_csv(reference), pandas.read_csv(current)
        for table in (before, now):
            table.describe(include="all")
            table.isna().sum()
            table.duplicated().sum()
            table.select_dtypes("number").corr()
        for name in before.columns:
            a, b = before[name].dropna(), now[name].dropna()
            if pandas.api.types.is_numeric_dtype(a) and pandas.api.types.is_numeric_dtype(b):
                if len(a) and len(b):
                    stats.ks_2samp(a, b)
                    stats.wasserstein_distance(a, b)
            else:
                counts = pandas.concat([a.value_counts(), b.value_counts()], axis=1).fillna(0)
                if len(counts) > 1:
                    stats.chi2_contingency(counts)

    return work, f"pandas {pandas.__version__}, scipy {scipy.__version__}"


work, versions = globals()[sys.argv[1]](*sys.argv[2:])
wall, cpu = time.perf_counter(), time.process_time()
work()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - wall,
            "cpuSeconds": time.process_time() - cpu,
            "peakMegabytes": peak / (1024 * 1024 if sys.platform == "darwin" else 1024),
            "versions": versions,
        }
    )
)
