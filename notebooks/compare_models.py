# %% [markdown]
# # Compare models
#
# Which of two models is better is a question about scans that neither has seen, and the answer has
# an interval. This notebook scores the shipped models on the same simulated parcels. Simulated
# scans flatter a model that learned from simulated scans: for a decision, put a folder of your own
# scanner in their place.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import xray
from xray_datasets import simulated
from xray_train import evaluate
from xray_train.judged import judge
from xray_train.sets import SCORING_SEED

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
COUNT = 6 if QUICK else 200
MODELS = ("parcel-sim", "parcel")
samples = list(simulated.read("parcel", COUNT, seed=SCORING_SEED))

# %% [markdown]
# ## Average precision, label by label
#
# AP50 is the area under precision over recall, where a box counts as a hit from an overlap of 0.5.
# The bars end in 95 % intervals from a bootstrap over bags, not over boxes: objects of one bag are
# not independent. Where the bars of two models overlap widely, these scans do not tell them apart.

# %%
figures = {}
for name in MODELS:
    detector = xray.Detector(name)
    figures[name] = evaluate.figures(detector.card, judge(detector, samples), "parcels")
    print(
        f"{name}: mAP50 {figures[name]['map50']:.2f} over {', '.join(figures[name]['mean_over'])}"
    )

# %%
labels = sorted(set.intersection(*(set(f["labels"]) for f in figures.values())))
figure, axis = plt.subplots(figsize=(8, 0.5 + 0.5 * len(labels)), layout="constrained")
for k, name in enumerate(MODELS):
    rows = [figures[name]["labels"][label] for label in labels]
    aps = np.array([row["ap50"] for row in rows])
    spans = np.array([row["ap50_interval"] or (ap, ap) for row, ap in zip(rows, aps, strict=True)])
    error = np.clip(np.abs(spans.T - aps), 0, None)
    axis.barh(np.arange(len(labels)) + 0.4 * k, aps, 0.38, xerr=error, label=name, capsize=2)
axis.set_yticks(np.arange(len(labels)) + 0.2, [
    f"{label} ({figures[MODELS[0]]['labels'][label]['objects']})" for label in labels
])  # fmt: skip
axis.set(xlabel="AP50, with 95 % intervals over bags", xlim=(0, 1))
axis.set_title(f"{COUNT} simulated parcels; in brackets, how many objects there are")
axis.invert_yaxis()
figure.legend(loc="outside right upper")
plt.show()

# %% [markdown]
# ## What an officer would feel
#
# Average precision is a figure for comparing detectors. At work there is one threshold: at a
# false-alarm rate (Pfa) that the queue can bear, which share of scans with the label alarms (Pd)?

# %%
for label in labels:
    for name in MODELS:
        points = figures[name]["labels"][label]["screening"]
        told = ", ".join(f"Pd {p['pd']:.2f} at Pfa {p['pfa']:g}" for p in points)
        print(f"{label:12} {name:11} {told}")
