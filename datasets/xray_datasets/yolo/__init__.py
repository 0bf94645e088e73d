"""YOLO: a text file per picture, a line per object: class, centre x and y, width, height.

All are fractions of the picture. More numbers are the corners of an outline, whose bounds are
taken. A picture without a text file shows nothing. The names of the classes stand in data.yaml
or classes.txt. Pictures lie in `images`, text files in `labels` beside it, split by folder
either way round: images/train or train/images.
"""

from xray_datasets.yolo.names import class_names
from xray_datasets.yolo.reading import read, splits

__all__ = ["class_names", "read", "splits"]
