"""Sizes of detection transformers as their authors published them, for `detr`.

Numbers from D-FINE (arXiv 2410.13842; configs/dfine of its repository) and RT-DETR (arXiv
2304.08069), in the names of Hugging Face's transformers, so that published weights fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Size:
    """One published network."""

    family: str  # of the library's classes: DFineConfig, DFineForObjectDetection
    backbone: str  # the library's class of its settings
    backbone_settings: Mapping[str, Any]
    settings: Mapping[str, Any]
    model_type: str  # as config.json of its weights says it


HGNET_B0 = {  # the backbone of D-FINE-N and D-FINE-S
    "stem_channels": (3, 16, 16),
    "stage_in_channels": (16, 64, 256, 512),
    "stage_mid_channels": (16, 32, 64, 128),
    "stage_out_channels": (64, 256, 512, 1024),
    "stage_num_blocks": (1, 1, 2, 1),
    "stage_numb_of_layers": (3, 3, 3, 3),
    "hidden_sizes": (128, 256, 512, 1024),
    "use_learnable_affine_block": True,
}

SIZES = {
    "dfine-n": Size(
        "DFine",
        "HGNetV2Config",
        {**HGNET_B0, "out_indices": [3, 4]},
        {
            "feat_strides": [16, 32],
            "num_feature_levels": 2,
            "encoder_in_channels": [512, 1024],
            "encode_proj_layers": [1],
            "encoder_hidden_dim": 128,
            "encoder_ffn_dim": 512,
            "hidden_expansion": 0.34,
            "depth_mult": 0.5,
            "d_model": 128,
            "decoder_in_channels": [128, 128],
            "decoder_ffn_dim": 512,
            "decoder_layers": 3,
            "decoder_n_points": [6, 6],
        },
        "d_fine",
    ),
    "dfine-s": Size(
        "DFine",
        "HGNetV2Config",
        {**HGNET_B0, "out_indices": [2, 3, 4]},
        {
            "encoder_in_channels": [256, 512, 1024],
            "hidden_expansion": 0.5,
            "depth_mult": 0.34,
            "decoder_layers": 3,
            "decoder_n_points": [3, 6, 3],
        },
        "d_fine",
    ),
    "rtdetr-r18": Size(
        "RTDetr",
        "RTDetrResNetConfig",
        {
            "hidden_sizes": [64, 128, 256, 512],
            "depths": [2, 2, 2, 2],
            "layer_type": "basic",
            "out_indices": [2, 3, 4],
        },
        {
            "encoder_in_channels": [128, 256, 512],
            "hidden_expansion": 0.5,
            "decoder_layers": 3,
        },
        "rt_detr",
    ),
}
