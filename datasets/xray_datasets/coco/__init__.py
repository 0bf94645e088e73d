"""COCO: one JSON file of images, boxes and categories, beside a folder of pictures.

Boxes are x, y, width, height in pixels; `iscrowd` regions count neither for nor against.
Beyond the standard an image may carry, and ours do:

high_file_name  the same view at the higher energy, pixel for pixel
encoding        "pseudocolor" where a grey picture is what a console shows, not transmission
white           the count of unattenuated air in its pictures
pixel_mm        width of a pixel in the plane of the belt
view            the scanner's name of the view
group           the same physical bag or container bears the same group; without it, every
                image is taken for a bag of its own
judged          the labels that the annotators looked for, where not the categories; null: all
exhaustive      false where more objects of a marked label may be there unmarked

and a mark visible_fraction, the share of the object that changes the picture, or rejected, where
it is known that no such object is in the box: a hard negative, for others a region to ignore.
"""

from xray_datasets.coco.file import NEEDED, categories, document, mentions
from xray_datasets.coco.folder import chosen, files
from xray_datasets.coco.home import images_dir
from xray_datasets.coco.reading import read, samples
from xray_datasets.coco.writing import assemble, described, named, opened, write

__all__ = [
    "NEEDED",
    "assemble",
    "categories",
    "chosen",
    "described",
    "document",
    "files",
    "images_dir",
    "mentions",
    "named",
    "opened",
    "read",
    "samples",
    "write",
]
