"""What a few labelled scans are worth: several ways to train, each on few scans and on more.

A point is a way, a number of scans and a seed; the seed draws the scans, of which the fewer are
within the more, and the training. All points have the same minutes and threads, and are scored on
the same scans. One folder holds everything of a curve (`folder`), so that a run that was cut off
goes on where it was, and others can add ways of their own.
"""
