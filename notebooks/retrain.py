# %% [markdown]
# # Retrain from a folder, on a laptop
#
# You have marked scans of your own scanner: a folder in COCO, VOC or YOLO, or a public data set as
# it came. This notebook goes from such a folder to a model file that the desk can load. Half an
# hour on two cores is enough to see it learn; on the command line the same is
#
#     xray-train fit --from parcel-sim --data my-scans/
#
# Here the folder is made of simulated parcels, so that the notebook runs anywhere.

# %%
import json
import os
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt

import xray
from xray.render import overlay, pseudocolor
from xray_datasets import coco, layouts, simulated, stats, twins
from xray_datasets.split import split
from xray_train import mine
from xray_train.export import export
from xray_train.fit import fit

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
WORK = Path(mkdtemp())
SCANS, STEPS = (6, 2) if QUICK else (300, 600)

# %% [markdown]
# ## The folder
#
# Two scans of one bag must not both teach and examine: what the network learned by heart would look
# like skill. `twins.regrouped` finds bags that come again by what they look like, and `split` keeps
# them on one side.

# %%
samples = twins.regrouped(simulated.read("parcel", SCANS, seed=0))
for name, part in split(samples, {"train": 3, "val": 1}).items():
    coco.write(part, WORK / "my-scans" / name)
print(
    {name: stats.count(layouts.read(WORK / "my-scans" / name)).scans for name in ("train", "val")}
)

# %% [markdown]
# ## Train
#
# `mine.recipe` is what `xray-train fit` uses where no recipe is given: it starts from weights that
# know the job, with the labels of those weights and whatever words are new in your folder.

# %%
start = mine.weights("parcel-sim")
recipe = mine.recipe(start, (str(WORK / "my-scans" / "train"),))
recipe = replace(recipe, steps=STEPS, check_every=STEPS, save_every=STEPS)
if QUICK:
    recipe = replace(recipe, batch=2, sides_px=(64,), project=0.0, warm_up=1)
last = fit(recipe, WORK / "run", init=start)

# %%
log = [json.loads(line) for line in (WORK / "run" / "log.jsonl").read_text().splitlines()]
losses = [(row["step"], row["loss"]) for row in log if "loss" in row]
width = max(1, len(losses) // 40)
smooth = [sum(y for _, y in losses[k : k + width]) / width for k in range(len(losses) - width + 1)]
figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
axis.plot(*zip(*losses, strict=True), color="0.8", label="each step")
axis.plot([x for x, _ in losses][width - 1 :], smooth, color="tab:blue", label=f"mean of {width}")
axis.set(xlabel="step", ylabel="loss", ylim=(0, None))
axis.set_title(f"Training on {SCANS} scans: the loss should fall")
axis.legend()
plt.show()

# %% [markdown]
# ## Export and look
#
# The exported file carries its card: labels, data, terms. What it says of a scan that it has not
# seen is the same in Python, on the command line and at the desk. Before it screens anything, score
# it (`compare_models`) and bound its misses (`choose_a_working_point`).

# %%
model = WORK / "mine.onnx"
card = export(last, model, version="0.0.1")
print(f"{card.name}@{card.version}: {len(card.labels)} labels; {card.terms}")
unseen = next(iter(layouts.read(WORK / "my-scans" / "val"))).scan
report = xray.Detector(model).inspect(unseen, min_score=0.3)
figure, axis = plt.subplots(figsize=(5, 5), layout="constrained")
axis.imshow(overlay(pseudocolor(unseen), report))
axis.set_title(f"{len(report.detections)} regions of at least 0.3 in a scan it has not seen")
axis.set_axis_off()
plt.show()
