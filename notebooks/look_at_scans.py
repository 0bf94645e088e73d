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
from xray_datasets.simulator import beam, materials, simulate
from xray_datasets.simulator.rle import decode

KIND, SEED = "parcel", 44  # another seed packs another parcel; "baggage" packs suitcases

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
# whatever its thickness. The slope depends on its atomic number Z. Metal bends down: its first
# millimetres take the soft rays out, and what is left is harder. And lead is no steeper than
# aluminium: from its K edge on, at 88 keV, it takes the hard rays too.
#
# The lines are computed for pure materials in the beam of this scan. The points are pixels of the
# objects in it, by their masks, without those where the box of something smaller than an eighth of
# the picture lies in the same rays. What is left in front of them, such as the carton, draws them
# towards the plastics, and no object is all of one material.

# %%
tube = beam.reduced(int(scene.parameters["kv"]))
PURE = {"polyethylene": "tab:orange", "aluminium": "tab:green", "steel": "tab:blue", "lead": "0.4"}


def line(name):
    """Attenuation at the high and the low energy of ever thicker layers of a pure material."""
    layers = np.exp(-np.outer(np.geomspace(0.01, 500, 200), materials.attenuation_per_mm(
        name, tube.energies_kev)))  # fmt: skip
    return tuple(-np.log(np.maximum(layers @ w / w.sum(), 1e-9)) for w in (tube.high, tube.low))


def alone(thing):
    """The pixels of an object in whose rays nothing else of its size lies."""
    free = decode(thing.mask_rle, scene.low.shape)
    for other in scene.objects:
        x1, y1, x2, y2 = map(int, other.tight_xyxy_px)
        if other is not thing and (x2 - x1) * (y2 - y1) < free.size / 8:
            free[y1:y2, x1:x2] = False
    return free


# %%
COLOURS = {"organic": "tab:orange", "mineral": "tab:green", "metal": "tab:blue"}
COLOURS["heavy_metal"] = "0.4"
low, high = (-np.log(np.clip(plane, 1e-4, 1)) for plane in (scan.low, scan.high))
figure, axis = plt.subplots(figsize=(7, 5.4), layout="constrained")
slopes, told = [], set()
for thing in (t for t in scene.objects if t.mask_rle):
    pixels = alone(thing) & (high > 0.1) & (high < 2.5)  # thinner is noise, thicker is too dark
    if pixels.sum() < 100:
        continue
    slopes.append((thing, float(np.median(low[pixels] / high[pixels]))))
    kind = thing.material_class
    axis.plot(high[pixels], low[pixels], ".", ms=2, alpha=0.4, color=COLOURS[kind],
              label=None if kind in told else f"mostly {kind}")  # fmt: skip
    told.add(kind)
for name, colour in PURE.items():
    x, y = line(name)
    axis.plot(x, y, color=colour, lw=2, ls="--" if name == "lead" else "-")
    axis.annotate(f" {name}, Z {materials.effective_z(name):.0f}", (2.5, np.interp(2.5, x, y)),
                  color=colour, va="top" if name == "polyethylene" else "bottom",
                  annotation_clip=False)  # fmt: skip
axis.set(xlabel="attenuation, high energy", ylabel="attenuation, low energy")
axis.set(xlim=(0, 2.5), ylim=(0, 4.2))
axis.set_title("Steeper means a higher atomic number, but for the heaviest metals")
axis.legend(markerscale=8, loc="upper left")
plt.show()
for thing, slope in sorted(slopes, key=lambda s: s[0].effective_z):
    print(f"{thing.label:12} Z {thing.effective_z:4.1f}, mostly {thing.material:15} {slope:.2f}")

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
