"""The demo: simulated scans with declarations, people to look at the desk as, a past to look at.

Everything lies in a folder of its own that goes when the demo ends. Its cases are of kind demo,
whatever brings them in: none reaches anybody outside, research or training.
"""
