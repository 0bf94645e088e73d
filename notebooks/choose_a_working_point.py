# %% [markdown]
# # Choose a working point with a bounded miss rate
#
# A customs office may want to let scans pass that surely hold nothing. "Surely" needs a number: of
# all scans that hold an alarming object, at most this share is cleared unseen. This notebook sets
# the threshold from scans that taught nothing, says what is promised, and tries whether it holds.
# On the command line:
#
#     xray-train calibrate --data my-scans/ --model parcel-sim --miss-rate 0.05 --scanner "gate 1"

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import xray
from xray.errors import DataError
from xray.report import Outcome
from xray_datasets import simulated
from xray_train import miss_rate
from xray_train.judged import hinted, judge, marked, one_per_group, strongest
from xray_train.sets import TUNING_SEED

QUICK = bool(os.environ.get("NOTEBOOK_QUICK"))  # a test of this notebook sets it
COUNT = 24 if QUICK else 400
MISS_RATE = 0.6 if QUICK else 0.05  # share of scans with a threat that may be cleared
CONFIDENCE = 0.95

# %% [markdown]
# ## How many scans does a promise take?
#
# Nothing can be promised from a handful of scans. To bound the miss rate *on average* takes some
# 1 / rate scans with a threat; to be 95 % sure of this very calibration takes three times as many,
# none of them missed.

# %%
rates = np.geomspace(0.005, 0.3, 40)
figure, axis = plt.subplots(figsize=(7, 4), layout="constrained")
axis.plot(rates, [miss_rate.needed(r) for r in rates], label="on average over calibrations")
axis.plot(rates, [miss_rate.needed(r, CONFIDENCE) for r in rates],
          label="for this calibration, 95 % sure")  # fmt: skip
axis.axvline(MISS_RATE, color="gray", lw=1)
axis.annotate(f"asked for here: {MISS_RATE:g} ", (MISS_RATE, 300), color="gray", ha="right")
axis.set(xscale="log", yscale="log", xlabel="miss rate promised", ylabel="scans with a threat")
axis.set_title("Scans that a promise takes at least, none of them missed")
axis.legend()
plt.show()

# %% [markdown]
# ## What the model says of them
#
# For each scan, the strongest probability of anything that the profile alarms for. Scans that alarm
# or are too opaque are never cleared, whatever the threshold. A parcel whose only alarming object
# is hidden behind others, so that nobody could find it, is no miss, but neither is it free of
# threats: it counts on neither side.

# %%
detector = xray.Detector("parcel-sim")
alarming = detector.profile.alarming
judged = judge(detector, simulated.read("parcel", COUNT, seed=TUNING_SEED))
holding = one_per_group([j for j in judged if marked(j, *alarming)], 0)
clean = [j for j in judged if not hinted(j, *alarming)]
unsure = [j for j in judged if hinted(j, *alarming) and not marked(j, *alarming)]


def values(scans):
    """Strongest alarming probability; infinite where the scan is not cleared anyway."""
    cleared = (j.report.outcome is Outcome.CLEAR for j in scans)
    return np.array([strongest(j, alarming) if ok else miss_rate.NEVER
                     for j, ok in zip(scans, cleared, strict=True)])  # fmt: skip


threats, benign = values(holding), values(clean)
print(f"{len(threats)} parcels hold an alarming object, {len(benign)} hold none")
print(f"{len(unsure)} hold one that is hidden and are left out")

# %%
try:
    confidence = CONFIDENCE
    limit = miss_rate.threshold(threats, MISS_RATE, confidence)
except DataError as error:
    print(f"With confidence: {error}")
    confidence = None  # what is promised from here on holds on average alone
    limit = miss_rate.threshold(threats, MISS_RATE)
misses = int(np.sum(threats < limit))
promise = miss_rate.bounds(len(threats), misses, confidence)
print(f"threshold {limit:.4f}: {misses} of {len(threats)} would be missed; {promise}")
print(f"{np.mean(benign < limit):.0%} of the parcels without a threat would be cleared")

# %%
grid = np.geomspace(1e-4, 1, 300)
figure, axis = plt.subplots(figsize=(7, 4.2), layout="constrained")
axis.step(grid, [np.mean(benign < t) for t in grid], label="without a threat: work saved")
axis.step(grid, [np.mean(threats < t) for t in grid], color="tab:red", label="with one: missed")
axis.axvline(limit, color="gray", lw=1)
axis.annotate(f" threshold {limit:.3g}", (limit, 0.9), color="gray")
axis.axhline(MISS_RATE, color="tab:red", lw=1, ls=":", label="miss rate asked for")
axis.set(xscale="log", xlabel="cleared below this probability", ylabel="share of scans cleared",
         ylim=(0, 1))  # fmt: skip
axis.set_title("A higher threshold clears more, and misses more")
axis.legend()
plt.show()

# %% [markdown]
# ## Does the promise hold?
#
# Calibrate on half of the scans, count the misses on the other half, and repeat. The promise on
# average is kept where the mean of the misses stays under the rate; the one with confidence, where
# the misses stay under it in nearly every half. ("Nearly": the other half is a sample too, so
# chance takes some halves over a rate that holds.) Both are for scans of the same scanner and the
# same kind of goods alone. A new scanner needs a calibration of its own.

# %%
seen = len(threats) // 2
if miss_rate.allowed_misses(seen, MISS_RATE, confidence) >= 0:
    kept = miss_rate.coverage(threats, seen, MISS_RATE, confidence, repeats=200)
    print(f"mean miss rate {kept['mean_miss_rate']:.3f}, asked for at most {MISS_RATE:g}")
    if confidence is not None:
        print(f"under it in {kept['kept']:.0%} of the halves, promised {confidence:.0%}")
else:
    print(
        f"{seen} scans with a threat are too few to try a miss rate of {MISS_RATE:g}: "
        f"it takes {miss_rate.needed(MISS_RATE, confidence)}"
    )
