# %% [markdown]
# # Simulate scans with ground truth
#
# Real scans of threats are rare, and rarely free. The simulator packs bags, parcels and containers,
# sends rays of a real spectrum through them, and knows every object: where it is, what it is made
# of, what it weighs, and how much of it can be seen.

# %%
import os
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

from xray_datasets import layouts, scenes
from xray_datasets.sheet import contact_sheet
from xray_datasets.simulator import show, simulate

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
SEEDS = range(6) if QUICK else range(40)
FOLDER = Path(mkdtemp()) / "parcels"  # take a folder of your own to keep them

# %% [markdown]
# ## One scene, four consoles
#
# Every maker colours differently. A network that has seen one palette only fails at the next, so
# each seed draws its own.

# %%
scene = simulate("parcel", 3)
figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), layout="constrained")
for seed, axis in enumerate(axes):
    axis.imshow(show(scene, np.random.default_rng(seed)))
    axis.set_title(f"console {seed}")
    axis.set_axis_off()
figure.suptitle("The same parcel as four consoles would show it")
plt.show()

# %% [markdown]
# ## A data set on disk
#
# The same on the command line, with as many processes as you like; the bytes depend on the seed
# alone. What is written is COCO, with the truth in fields of its own.
#
#     xray-data simulate --kind parcel --count 40 --out parcels/

# %%
for _ in scenes.simulate(FOLDER, "parcel", len(SEEDS), SEEDS[0], None, workers=1):
    pass
print(scenes.finish(FOLDER))
samples = list(layouts.read(FOLDER))
print(f"{len(samples)} scans, {sum(len(s.annotations) for s in samples)} objects to be found")

# %%
sheet = contact_sheet(samples[:6], columns=3, side_px=300)
figure, axis = plt.subplots(figsize=(10, 7), layout="constrained")
axis.imshow(sheet)
axis.set_axis_off()
axis.set_title("Six of them, with what is to be found")
plt.show()

# %% [markdown]
# ## Can it be seen at all?
#
# An object's contrast is the change that it makes to the transmission, in standard deviations of
# the noise. What hides behind others changes little: nobody could find it, and it counts neither
# for nor against a detector.

# %%
things = [t for seed in SEEDS for t in simulate("parcel", seed).objects if t.label]
figure, axis = plt.subplots(figsize=(7, 4.5), layout="constrained")
for seen, colour in ((True, "tab:blue"), (False, "tab:red")):
    mine = [t for t in things if t.visible is seen]
    name = f"{'can' if seen else 'cannot'} be found ({len(mine)})"
    axis.plot([t.mass_g for t in mine], [max(t.contrast_sigma, 0.1) for t in mine], "o", ms=5,
              alpha=0.6, color=colour, label=name)  # fmt: skip
axis.set(xscale="log", yscale="log", xlabel="mass in g", ylabel="contrast in σ of the noise")
axis.axhline(3, color="gray", lw=1)
axis.set_title("Labelled objects by mass and by contrast; the line is 3 σ")
axis.legend()
plt.show()
