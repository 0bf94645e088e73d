"""YOLO: a text file per picture, a line per object: class, centre x and y, width, height.

All are fractions of the picture. More numbers are the corners of an outline, whose bounds are
taken. A picture without a text file shows nothing. The names of the classes stand in data.yaml
or classes.txt. Pictures lie in `images`, text files in `labels` beside it, split by folder
either way round: images/train or train/images. Pictures that lie beside such folders are a split
of their own, LOOSE. A split of which not one picture has a text is refused, for by that its texts
are elsewhere; one that shows nothing has an empty text.
"""

from xray_datasets.yolo.folders import LOOSE, recognised, refuse_bare, splits
from xray_datasets.yolo.names import class_names, named
from xray_datasets.yolo.reading import read

__all__ = ["LOOSE", "class_names", "named", "read", "recognised", "refuse_bare", "splits"]
