from dataclasses import replace

import xray
from xray import coco
from xray.report import ModelId

REPORT = xray.Report(
    "bag",
    400,
    300,
    ModelId("parcel", "1", "0" * 64),
    xray.Profile(),
    detections=(
        xray.Detection("knife", 0.91236, (10.0, 20.0, 30.5, 60.0)),
        xray.Detection("gun", 0.5, (0.0, 0.0, 5.0, 5.0)),
    ),
)


IMAGES = [(1, "bag.png"), (2, "empty.png"), (3, "third.tif")]


def test_a_result_is_a_box_by_corner_and_size_with_its_names_beside_its_numbers() -> None:
    clear = replace(REPORT, scan_id="empty", detections=())
    second = replace(REPORT, scan_id="third", detections=REPORT.detections[1:])
    assert coco.results([REPORT, clear, second], ["gun", "knife"], IMAGES) == [
        {
            "image_id": 1,
            "category_id": 2,
            "bbox": [10.0, 20.0, 20.5, 40.0],
            "score": 0.9124,
            "file_name": "bag.png",
            "category": "knife",
        },
        {
            "image_id": 1,
            "category_id": 1,
            "bbox": [0.0, 0.0, 5.0, 5.0],
            "score": 0.5,
            "file_name": "bag.png",
            "category": "gun",
        },
        {
            "image_id": 3,
            "category_id": 1,
            "bbox": [0.0, 0.0, 5.0, 5.0],
            "score": 0.5,
            "file_name": "third.tif",
            "category": "gun",
        },
    ]
