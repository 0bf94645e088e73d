"""Whether a model file holds all its numbers itself.

ONNX lets a tensor lie in another file (TensorProto.data_location), and onnxruntime 1.31 and
OpenVINO 2026.4 load it from the working directory even where they were given bytes alone: then what
runs is not what was hashed. Such a file is refused before an engine sees it.

The bytes are walked by protobuf's wire format, for the package onnx is no dependency here. Only
messages that can hold a tensor are entered, by the field numbers of onnx.proto, so that weights are
stepped over and not read. Bytes that are no such format end the walk: no engine takes them.
"""

from collections.abc import Iterator

from xray.errors import ModelError

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)  # wire types
WIDTH = {FIXED64: 8, FIXED32: 4}  # bytes

# Message → field → the message in it.
INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
TENSOR_NAME, DATA_LOCATION = 8, 14  # fields of a tensor
EXTERNAL = 1  # a value of DATA_LOCATION


def check(content: bytes, where: str) -> None:
    """Refuse a model that asks for data outside its own bytes.

    Args:
        content: of an ONNX file.
        where: its path, for messages.

    Raises:
        ModelError: a tensor lies in another file.
    """
    left = [("model", memoryview(content))]
    while left:
        message, data = left.pop()
        name, external = "", False
        try:
            for number, value in _fields(data):
                if isinstance(value, int):
                    # an enum is 32 bits wide, however many were written
                    if (message, number) == ("tensor", DATA_LOCATION):
                        external |= value & 0xFFFFFFFF == EXTERNAL
                elif number in INSIDE[message]:
                    left.append((INSIDE[message][number], value))
                elif (message, number) == ("tensor", TENSOR_NAME):
                    name = bytes(value[:200]).decode(errors="replace")
        except (IndexError, ValueError):  # cut off, or no protobuf
            pass
        if external:
            raise ModelError(
                f"{where}: expected all weights in the file, but those of {name or 'a tensor'} lie "
                "in another one, which no hash covers; save the model in one file (onnx.save_model "
                "with save_as_external_data=False)"
            )


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message; those in groups, which ONNX has none of, not."""
    at = groups = 0
    while at < len(data):
        value: int | memoryview | None = None
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(data, at)
        elif kind == BYTES:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        elif kind in WIDTH:
            at += WIDTH[kind]
        elif kind in (GROUP, END_GROUP):
            groups += 1 if kind == GROUP else -1
        else:
            raise ValueError(f"wire type {kind}")
        if value is not None and not groups:
            yield tag >> 3, value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where the next field begins."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift >= 70:  # ten bytes at most
            raise ValueError("a number without end")
