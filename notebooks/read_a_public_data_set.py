# %% [markdown]
# # Read a public data set
#
# Download it, unpack it, and name the folder: the layout is recognised, the classes are translated
# into one taxonomy, and whatever is left out is said. None is shipped with this project, so the
# notebook makes a tiny copy in the shape of DvXray (two views of each bag) out of simulated
# parcels. For a real one, set `ROOT` to its folder and skip the next cell.

# %%
import json
import os
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

from xray_datasets import checks, layouts, pictures, public, stats, twins
from xray_datasets.findings import Findings
from xray_datasets.sheet import contact_sheet
from xray_datasets.simulator import show, simulate

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
BAGS = 4 if QUICK else 20
ROOT = Path(mkdtemp()) / "DvXray"

# %%
WORDS = {label: word for word, label in public.SOURCES["dvxray"].labels.items()}
folder = ROOT / "DvXray_Positive_Samples"
for number in range(BAGS):
    scene = simulate("parcel", number)
    picture = show(scene, np.random.default_rng(number))
    things = [t for t in scene.objects if t.label in WORDS and t.visible]
    objects = [
        {"label": WORDS[t.label], "ol_bb": [*t.xyxy_px], "sd_bb": [*t.xyxy_px]} for t in things
    ]
    pictures.write_rgb(picture, folder / f"P{number:05d}_OL.png")
    pictures.write_rgb(picture[:, ::-1], folder / f"P{number:05d}_SD.png")
    for thing in objects:  # the made-up side view is the mirror image
        x1, y1, x2, y2 = thing["sd_bb"]
        thing["sd_bb"] = [picture.shape[1] - x2, y1, picture.shape[1] - x1, y2]
    (folder / f"P{number:05d}.json").write_text(json.dumps({"objects": objects or "None"}))

# %% [markdown]
# ## What is it, and what can be trusted?
#
# Every reader's text names origin, terms, counts, whom to cite, and which detail is known from
# where. `xray-data list dvxray` prints it.

# %%
print(layouts.name(ROOT))
known = public.recognised(ROOT)
print(public.READERS[known].__doc__ if known else "no public data set: its terms are yours to know")

# %%
findings = Findings()
samples = list(layouts.read(ROOT, findings=findings))
seek = not QUICK and len(samples) < twins.LARGE
if not seek:
    print(f"the same bag is not sought among {twins.takes(len(samples))}")
checks.check((("all", s) for s in samples), find_twins=seek, findings=findings)
print(f"{findings.scans} scans, {findings.boxes} boxes")
print("\n".join(findings.problems + findings.notes) or "nothing wrong found")

# %% [markdown]
# ## What is in it?
#
# Groups count more than scans: two views of one bag teach little more than one, and a score over
# many scans of few bags is less certain than it looks.

# %%
counted = stats.count(samples)
labels = sorted(counted.labels, key=lambda name: counted.labels[name].boxes)
figure, axes = plt.subplots(1, 2, figsize=(10, 0.8 + 0.32 * len(labels)), layout="constrained")
axes[0].barh(labels, [counted.labels[name].boxes for name in labels], color="0.8", label="boxes")
axes[0].barh(labels, [len(counted.labels[name].groups) for name in labels], 0.4, label="bags")
axes[0].set(xlabel="how many", title=f"{counted.scans} scans of {len(counted.groups)} bags")
axes[0].legend()
spans = [counted.labels[name].sides or (0, 0, 0) for name in labels]
axes[1].hlines(labels, [s[0] for s in spans], [s[2] for s in spans], color="0.7", lw=4)
axes[1].plot([s[1] for s in spans], labels, "o")
axes[1].set(xlabel="side of a box in pixels, 10-50-90 %", title="How large the objects are")
plt.show()

# %%
sheet = contact_sheet(samples[: min(6, len(samples))], columns=3, side_px=300)
figure, axis = plt.subplots(figsize=(10, 7), layout="constrained")
axis.imshow(sheet)
axis.set_axis_off()
axis.set_title("Look at what you train on: the first scans with their boxes")
plt.show()

# %% [markdown]
# ## And then
#
# The first command writes it as COCO, dealt out so that every bag stays on one side; the second
# trains on `mine/train` and looks at `mine/val` meanwhile. `mine/test` is left for the score.
#
#     xray-data convert ROOT --out mine/ --shares train=8,val=1,test=1
#     xray-train fit --from parcel-sim --data mine/ --minutes 30 --out run/
