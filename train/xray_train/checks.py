"""Scores during training: AP at IoU 0.5 of the averaged network on the calibration split.

Quick and on the torch side; what ships is scored by `evaluate`, through the exported file. The
validation split is never opened here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from xray.boxes import coverage, iou, nms
from xray.tensors import pad
from xray_train.item import Item

LEAST_SCORE = 0.001  # as the evaluation; early in a run, scores are low
MOST = 100  # candidates per scan, as COCO counts
MAX_IOU = 0.6  # of two detections of one label

Found = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]  # boxes, scores, labels


@torch.no_grad()
def ap50(network: nn.Module, items: Sequence[Item], labels: Sequence[str]) -> dict[str, float]:
    """AP50 of every label that the items hold and that is judged there."""
    network.eval()
    device = next(network.parameters()).device
    found = [detect(network, item, device) for item in items]
    present = sorted({int(label) for i in items for label in i.labels if i.judged[label]})
    return {labels[k]: average_precision(found, items, k) for k in present}


@torch.no_grad()
def detect(network: nn.Module, item: Item, device: torch.device) -> Found:
    """Candidates of one scan, strongest first."""
    planes = torch.from_numpy(pad(item.planes, item.air))[None].to(device)  # (1, H, W, 3)
    prediction = network(planes)
    scores = prediction.logits[0].sigmoid()  # (N, C)
    strongest = scores.flatten().topk(min(MOST * 3, scores.numel())).indices  # over all labels
    place, label = strongest // scores.shape[1], strongest % scores.shape[1]
    enough = scores[place, label] > LEAST_SCORE
    place, label = place[enough], label[enough]
    xyxy, strength = prediction.xyxy_px[0, place].cpu().numpy(), scores[place, label].cpu().numpy()
    index = label.cpu().numpy()
    kept = nms(xyxy, strength, index, MAX_IOU)[:MOST]
    return xyxy[kept], strength[kept], index[kept]


def average_precision(found: Sequence[Found], items: Sequence[Item], label: int) -> float:
    """Area under precision over recall for one label; ignored regions count for neither."""
    scores, hits, total = [], [], 0
    for (boxes, strength, index), item in zip(found, items, strict=True):
        if not item.judged[label]:
            continue
        mine, true = index == label, item.xyxy_px[item.labels == label]
        total += len(true)
        hit = matched(boxes[mine], true, item.ignored_xyxy_px[item.ignored_labels == label])
        scores.append(strength[mine][hit >= 0])
        hits.append(hit[hit >= 0])
    order = np.argsort(-np.concatenate(scores), kind="stable")
    rights = np.cumsum(np.concatenate(hits)[order])
    precision = rights / np.arange(1, len(rights) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(rights, prepend=0)
    return float((steps * envelope).sum() / max(total, 1))


def matched(
    boxes: NDArray[np.float32], truth: NDArray[np.float32], crowd: NDArray[np.float32]
) -> NDArray[np.int64]:  # (N,): 1 hit, 0 false alarm, -1 neither
    """Strongest first, each object is found once at IoU 0.5 or more."""
    overlap = iou(boxes, truth)  # (N, M)
    excused = np.asarray((coverage(boxes, crowd) >= 0.5).any(axis=1), bool)  # (N,)
    verdict, free = np.zeros(len(boxes), np.int64), np.ones(len(truth), bool)
    for row in range(len(boxes)):
        best = np.where(free, overlap[row], 0)
        if len(truth) and best.max() >= 0.5:
            free[best.argmax()] = False
            verdict[row] = 1
        elif excused[row]:
            verdict[row] = -1
    return verdict


def mean(scores: Mapping[str, float], over: Sequence[str] = ("gun", "knife", "wrench")) -> float:
    """Mean over the labels that have enough scans to mean something; over all where none has."""
    counted = [scores[label] for label in over if label in scores] or [*scores.values()]
    return float(np.mean(counted)) if counted else 0.0
