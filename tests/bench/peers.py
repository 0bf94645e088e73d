"""What users would pick instead, in an environment of its own: run by its Python, never imported.

    python peers.py SIDE THREADS MOST FILE

Says `ready` when it is, for the picture in the .npy file; after that every line `go` is one
prediction and is answered with its milliseconds and boxes, of which there are so many at most,
whatever their scores.

ultralytics is AGPL: it is a program that the benchmark starts, and no part of ours. Speed needs no
training, so its network is built from its description, with weights by chance.
"""

import sys
import time
from pathlib import Path

import numpy as np


def main() -> None:
    """Serve until standard input ends."""
    side, threads, most, file = sys.argv[1:]
    import onnxruntime
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(int(threads))
    start = onnxruntime.InferenceSession

    def limited(path, options=None, *args, **more):  # its own session takes every core there is
        options = options or onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(threads)
        return start(path, options, *args, **more)

    onnxruntime.InferenceSession = limited
    exported = Path(f"yolo26n-{side}.onnx")
    if not exported.exists():
        made = YOLO("yolo26n.yaml").export(
            format="onnx", imgsz=int(side), simplify=False, verbose=False
        )
        Path(made).rename(exported)
    model = YOLO(exported, task="detect")
    # OpenCV's order of colours, laid out as OpenCV does: its steps are slower on a reversed view
    picture = np.ascontiguousarray(np.load(file)[..., ::-1])

    def predicted() -> int:
        said = model.predict(picture, imgsz=int(side), conf=0.0, max_det=int(most), verbose=False)
        return len(said[0].boxes)

    predicted()
    print("ready", flush=True)
    for _ in sys.stdin:
        begun = time.perf_counter()
        boxes = predicted()
        print(f"{(time.perf_counter() - begun) * 1000} {boxes}", flush=True)


if __name__ == "__main__":
    main()
