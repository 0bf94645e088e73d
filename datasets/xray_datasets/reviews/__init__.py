"""Cases that officers decided, as `xray-app export coco` writes them, to learn from.

Of each scan there is what the officers said and, where somebody opened the thing, what the search
found. The search is the truth about what should not be there: it proves an opinion or refutes it.
Beside it, and where nobody searched, an officer's word is taken as it stands:

confirmed, drawn     an object
rejected             a hard negative: here is no such object, whatever the machine saw
called another name  an object of that name, and a hard negative for the machine's
cleared              nothing alarming anywhere in the scan, if the officer took the time to look

Whatever nobody spoke of is neither taught as an object nor as background. No officer teaches more
than a cap; what is over it, and all else that is left out, is counted and said.

Splits are "train" and "val". Which groups are held out as "val" follows from their names, so that
they stay the same in every later export, and no model ever learns from them. Where two groups turn
out to be one, the scans that would change sides are left out.
"""

from xray_datasets.reviews.reading import (
    MOST_PER_OFFICER,
    SCHEMA,
    SPLITS,
    classes,
    held_out,
    labels,
    read,
    recognised,
)
from xray_datasets.reviews.words import LEAST_LOOK_S

__all__ = [
    "LEAST_LOOK_S",
    "MOST_PER_OFFICER",
    "SCHEMA",
    "SPLITS",
    "classes",
    "held_out",
    "labels",
    "read",
    "recognised",
]
