# %% [markdown]
# # Retrain from officers' decisions, on a laptop
#
# Every case that officers decide says where the model was right, where it was wrong and what it
# missed; a search says what was really there. This notebook reads such decisions, trains from the
# model in use, and asks the gate whether the new one may take its place. On the command line:
#
#     xray-app export coco --out cases/
#     xray-train loop --cases cases/ --over parcel --minutes 30
#     xray-train rollback parcel
#
# Here the cases are simulated parcels, decided by somebody who sees everything, so that the
# notebook runs anywhere. With an export of your own, set `CASES` to its folder and skip that cell.

# %%
import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

import xray
from xray.boxes import iou
from xray.render import pseudocolor
from xray_datasets import layouts, pictures, reviews, simulated
from xray_datasets.findings import Findings
from xray_datasets.reviews.lesson import ORDINARY
from xray_train import gate, gate_page, mine
from xray_train.export import export
from xray_train.fit import fit
from xray_train.promote import Trial, alarming, promote

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
WORK = Path(mkdtemp())
CASES = WORK / "cases"
SCANS, STEPS = (3, 2) if QUICK else (300, 600)
OFFICERS = 3
SHOWN = 0.2  # this desk shows every finding from here on, so that there is something to reject

# %% [markdown]
# ## A model in use, and people who judge its findings
#
# An officer confirms a finding that lies on an object of its name, rejects the others, and draws
# what was missed. Whatever may hold more than an ordinary parcel is searched, and every fourth one
# besides; a search names all of that which is there. The file is what `xray-app export coco`
# writes: the boxes of the officers as COCO, and under `review` who said what.

# %%
OVER = WORK / "weights" / "parcel-sim.onnx"
OVER.parent.mkdir()
shutil.copy(mine.weights("parcel-sim"), OVER)  # a copy, for its place may be taken
detector = xray.Detector(OVER)


def opinions(sample, found, by):
    """What somebody says of these findings who sees all that is there."""
    missed = list(sample.annotations)
    for number, one in enumerate(found, start=1):
        region = {"label": one.label, "xyxy_px": list(one.xyxy_px), "by": by, "view": 0}
        hit = [
            a
            for a in missed
            if a.label == one.label
            and iou(np.array([a.xyxy_px], np.float32), np.array([one.xyxy_px], np.float32)) >= 0.5
        ]
        missed = [a for a in missed if a not in hit]
        yield {**region, "says": "confirmed" if hit else "rejected", "finding": number}
    for a in missed:
        region = {"label": a.label, "xyxy_px": list(a.xyxy_px), "by": by, "view": 0}
        yield {**region, "says": "drawn", "finding": None}


# %%
images, marks, words = [], [], []
stops = sorted(detector.profile.alarming)
for number, sample in enumerate(simulated.read("parcel", SCANS, seed=0), start=1):
    found = detector.inspect(sample.scan, min_score=SHOWN).detections
    by = number % OFFICERS
    said = list(opinions(sample, found, by))
    held = sorted({a.label for a in (*sample.annotations, *sample.ignored)} - ORDINARY)
    searched = bool(held) or any(d.label in stops for d in found) or number % 4 == 0
    review = {
        "model": [{"label": d.label, "xyxy_px": list(d.xyxy_px)} for d in found],
        **{"alarming": stops, "officer": said, "by": by, "overruled": False, "looked_s": 20.0},
        "verdict": "search" if searched else "clear",
        "found": bool(held) if searched else None,
        "what": held if searched else [],
    }
    written = pictures.write(sample.scan, CASES / "images", f"{number:04}-0")
    size = {"width": sample.scan.width, "height": sample.scan.height}
    images.append({"id": number, **written, **size, "group": f"bag {number}", "review": review})
    for one in said:
        if one["says"] != "rejected":
            words += [one["label"]] if one["label"] not in words else []
            x1, y1, x2, y2 = one["xyxy_px"]
            marks.append(
                {"id": len(marks) + 1, "image_id": number, "bbox": [x1, y1, x2 - x1, y2 - y1]}
                | {"category_id": words.index(one["label"]), "iscrowd": 0}
                | {"says": one["says"], "by": by}
            )
categories = [{"id": k, "name": word} for k, word in enumerate(words)]
about = {"schema": reviews.SCHEMA, "left_out": {}, "cleared_by_machine": 0}
(CASES / "annotations.json").write_text(json.dumps(
    {"info": about, "images": images, "annotations": marks, "categories": categories}
))  # fmt: skip

# %% [markdown]
# ## What do they teach?
#
# What was confirmed or drawn is an object; what was rejected is a hard negative; what a search
# proved or refuted goes above opinions. Three in ten parcels are held out by their names, for good.
# Whatever is left out, or counts for less, is said.

# %%
findings = Findings()
parts = {split: list(layouts.read(CASES, split, findings=findings)) for split in reviews.SPLITS}
for split, samples in parts.items():
    print(
        f"{split}: {len(samples)} scans, {sum(bool(s.meta['searched']) for s in samples)} searched,"
        f" {sum(len(s.annotations) for s in samples)} objects,"
        f" {sum(len(s.rejected) for s in samples)} hard negatives"
    )
print("\n".join(findings.notes + findings.problems) or "nothing was left out")

# %%
teaching = sorted(parts["train"], key=lambda s: -len(s.annotations) - 3 * len(s.rejected))[:3]
figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
for axis, sample in zip(axes, teaching, strict=False):
    axis.imshow(pseudocolor(sample.scan))
    for kind, colour in (("annotations", "tab:green"), ("rejected", "tab:red"), ("ignored", "0.5")):
        for a in getattr(sample, kind):
            x1, y1, x2, y2 = a.xyxy_px
            axis.add_patch(plt.Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=colour, lw=2))
            axis.text(x1, y1 - 3, a.label, color=colour, fontsize=8)
    axis.set_title("searched" if sample.meta["searched"] else "cleared")
for axis in axes:
    axis.set_axis_off()
figure.suptitle("Green is taught as an object, red as a hard negative, grey as neither")
plt.show()

# %% [markdown]
# ## Train
#
# `mine.recipe` is what `xray-train loop` uses too: it starts from the model in use, with its labels
# and whatever new words the officers used.

# %%
recipe = mine.recipe(OVER, (str(CASES),))
recipe = replace(recipe, steps=STEPS, check_every=STEPS, save_every=STEPS)
if QUICK:
    recipe = replace(recipe, batch=2, sides_px=(64,), project=0.0, warm_up=1)
last = fit(recipe, WORK / "run", init=OVER)

# %%
log = [json.loads(line) for line in (WORK / "run" / "log.jsonl").read_text().splitlines()]
losses = [(row["step"], row["loss"]) for row in log if "loss" in row]
width = max(1, len(losses) // 40)
smooth = [sum(y for _, y in losses[k : k + width]) / width for k in range(len(losses) - width + 1)]
figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
axis.plot(*zip(*losses, strict=True), color="0.8", label="each step")
axis.plot([x for x, _ in losses][width - 1 :], smooth, color="tab:blue", label=f"mean of {width}")
axis.set(xlabel="step", ylabel="loss", ylim=(0, None))
axis.set_title(f"Training on {len(parts['train'])} scans: the loss should fall")
axis.legend()
plt.show()

# %% [markdown]
# ## May it take the place?
#
# Both models look at the held-out scans of which somebody knows, at the same false alarms. The gate
# asks for 30 groups with each label and 30 without; where there are fewer it says so, and nothing
# changes. (`xray-train loop` asks that before it trains, and compares the eight-bit file; this
# notebook compares the exact one.)

# %%
new = WORK / "new.onnx"
export(last, new)
proven = gate.proven(parts["val"])
for label, why in gate.lacking(proven, alarming(detector.card, ())).items():
    print(f"{label}: {why}")
trial = Trial("held-out cases", datetime.now(UTC), WORK / "gate")
result = promote(new, OVER, proven, trial)
print("\n".join(gate_page.lines(result)))
print(f"the page with all of it: {trial.out / 'promotion.html'}")

# %%
rows = [row for row in (result.overall, *result.labels) if row.groups]
figure, axis = plt.subplots(figsize=(8, 1.4 + 0.4 * len(rows)), layout="constrained")
names = [f"{row.label} ({row.groups})" for row in rows]
axis.hlines(names, [r.pd[0] for r in rows], [r.pd[1] for r in rows], color="0.7", lw=4)
axis.plot([r.pd[0] for r in rows], names, "o", color="0.4", label="in use")
axis.plot([r.pd[1] for r in rows], names, "o", color="tab:blue", label="new")
axis.plot([r.pd[0] + r.bound for r in rows], names, "|", ms=16, color="tab:red",
          label="in 95 % of the draws, the new one is at least here")  # fmt: skip
axis.set(xlabel="Pd at the same false alarms", xlim=(-0.05, 1.05))
said = "takes the place" if result.passes else "does not take the place"
axis.set_title(f"The new model {said}; in brackets, groups with the label")
axis.invert_yaxis()
figure.legend(loc="outside lower center", ncols=3)
plt.show()
