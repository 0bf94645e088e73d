# %% [markdown]
# # Look at scans and energies
#
# An X-ray scanner measures how much of its beam gets through: the *transmission*, 1 in air, 0
# behind lead. A two-energy scanner measures it twice. This notebook reads such a scan, shows what
# each plane holds, and why two of them tell plastic from steel.
#
# Nothing needs to be downloaded: the scan is simulated, so that every object in it is known.

# %%
import matplotlib.pyplot as plt
import numpy as np

import xray
from xray.material import opaque_mask
from xray.render import pseudocolor
from xray_datasets.simulator import simulate

KIND, SEED = "parcel", 11  # another seed packs another parcel; "baggage" packs suitcases

# %% [markdown]
# `Scan.from_arrays` takes the planes as a scanner hands them over. Of your own scans, read files:
# `xray.read("bag.tif")`, or `xray.read("low.png", high="high.png")`.

# %%
scene = simulate(KIND, SEED)
scan = xray.Scan.from_arrays(
    scene.low, scene.high, id=scene.group, pixel_mm=scene.pixel_mm, white=1.0, dark=0.0
)
print(f"{scan.id}: {scan.width} × {scan.height} pixels of {scan.pixel_mm:.2f} mm, {scan.encoding}")

# %% [markdown]
# ## The two planes, and what a console makes of them
#
# Soft rays (low energy) stop sooner, so the low plane is darker. A console shows both as one
# picture: orange is organic, green in between, blue metal; black is where nothing came through.

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
planes = (("low energy", scan.low), ("high energy", scan.high))
for axis, (name, plane) in zip(axes, planes, strict=False):
    shown = axis.imshow(plane, cmap="gray", vmin=0, vmax=1)
    axis.set_title(f"Transmission, {name}")
figure.colorbar(shown, ax=axes[:2], label="share of the beam that gets through", shrink=0.8)
axes[2].imshow(pseudocolor(scan))
axes[2].set_title("As a console shows it")
for axis in axes:
    axis.set_axis_off()
plt.show()

# %% [markdown]
# ## Why two energies tell matter apart
#
# The *attenuation* is −ln of the transmission: it adds up along a ray, as thickness does. Twice the
# plastic attenuates twice as much at both energies, so a material lies on a line from the origin,
# whatever its thickness. The slope depends on its atomic number. (Metal bends down: its first
# millimetres take the soft rays out, and what is left is harder.)

# %%
COLOURS = {
    "organic": "tab:orange",
    "mineral": "tab:green",
    "metal": "tab:blue",
    "heavy_metal": "black",
}
low, high = (-np.log(np.clip(plane, 1e-4, 1)) for plane in (scan.low, scan.high))
figure, axis = plt.subplots(figsize=(6.5, 5), layout="constrained")
for kind, colour in COLOURS.items():
    things = [t for t in scene.objects if t.material_class == kind]
    pixels = [np.s_[int(y1) : int(y2), int(x1) : int(x2)] for t in things
              for x1, y1, x2, y2 in [t.tight_xyxy_px]]  # fmt: skip
    if pixels:
        x = np.concatenate([high[place].ravel() for place in pixels])[::7]
        y = np.concatenate([low[place].ravel() for place in pixels])[::7]
        axis.plot(x, y, ".", ms=2, alpha=0.3, color=colour, label=f"around {kind} objects")
axis.axline((0, 0), slope=1, color="gray", lw=1)
axis.annotate("no difference between the energies", (1.9, 1.4), color="gray")
axis.set(xlabel="attenuation, high energy", ylabel="attenuation, low energy")
axis.set(xlim=(0, 3.5), ylim=(0, 5))  # beyond, a handful of counts is left: only noise
axis.set_title("Steeper means a higher atomic number")
axis.legend(markerscale=6, loc="lower right")
plt.show()

# %% [markdown]
# ## Where nothing can be said
#
# Where the beam did not get through, a threat could lie behind and nobody would know. A report
# names these regions, and a scan with too much of them is UNKNOWN, never CLEAR.

# %%
opaque = opaque_mask(scan)
figure, axis = plt.subplots(figsize=(5, 5), layout="constrained")
axis.imshow(pseudocolor(scan))
axis.imshow(np.where(opaque, 1.0, np.nan), cmap="autumn", alpha=0.9)
axis.set_title(f"Opaque: {opaque.mean():.2%} of the picture, in red")
axis.set_axis_off()
plt.show()
