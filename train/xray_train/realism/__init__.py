"""How like real scans the simulator's are: what a display curve hides, what a classifier sees.

Three ways to look. `display` and `blades` hold the high energy against the low one, behind the
unknown curve by which real pairs are shown. `classifier` tells real patches from simulated ones,
and `giveaways` says by what. `pairs` draws a sheet for people to try. `measure` does all of it,
`page` tells it.

Real scans that teach are looked at, never those that score: what is learned here mends the
simulator.
"""
