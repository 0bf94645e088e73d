"""docs/ray.yaml is a RayCluster as KubeRay defines it, of our image, for our command."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from xray.__main__ import app

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "ray.yaml"

# What KubeRay (ray-operator/apis/ray/v1/raycluster_types.go) requires, and allows of what we use;
# the definition of a pod is Kubernetes' own.
PROBE = {
    "type": "object",
    "required": ["tcpSocket"],
    "properties": {
        "tcpSocket": {"type": "object", "required": ["port"]},
        "periodSeconds": {"type": "integer"},
        "failureThreshold": {"type": "integer"},
    },
    "additionalProperties": False,
}
QUANTITIES = {"type": "object", "required": ["cpu", "memory"]}
CONTAINER = {
    "type": "object",
    "required": ["name", "image", "resources"],
    "properties": {
        **{"name": {"type": "string"}, "image": {"type": "string"}},
        "env": {"type": "array", "items": {"required": ["name", "value"]}},
        "ports": {"type": "array", "items": {"required": ["containerPort"]}},
        **{"readinessProbe": PROBE, "livenessProbe": PROBE},
        "resources": {
            "required": ["requests", "limits"],
            "properties": {"requests": QUANTITIES, "limits": QUANTITIES},
            "additionalProperties": False,
        },
        "volumeMounts": {"type": "array", "items": {"required": ["name", "mountPath"]}},
    },
    "additionalProperties": False,
}
POD = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "required": ["containers"],
            "properties": {
                "containers": {"type": "array", "minItems": 1, "items": CONTAINER},
                "volumes": {"type": "array", "items": {"required": ["name"]}},
                "securityContext": {"type": "object"},
            },
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
PARAMS = {"type": "object", "additionalProperties": {"type": "string"}}
CLUSTER = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        **{"apiVersion": {"const": "ray.io/v1"}, "kind": {"const": "RayCluster"}},
        "metadata": {"required": ["name"]},
        "spec": {
            "type": "object",
            "required": ["headGroupSpec"],
            "properties": {
                "rayVersion": {"type": "string"},
                "authOptions": {
                    "properties": {"mode": {"enum": ["disabled", "token"]}},
                    "additionalProperties": False,
                },
                "headGroupSpec": {
                    "required": ["rayStartParams", "template"],
                    "properties": {"rayStartParams": PARAMS, "template": POD},
                    "additionalProperties": False,
                },
                "workerGroupSpecs": {
                    "type": "array",
                    "items": {
                        "required": [
                            *("groupName", "minReplicas", "maxReplicas", "rayStartParams"),
                            "template",
                        ],
                        "properties": {
                            "groupName": {"type": "string"},
                            **{
                                name: {"type": "integer", "minimum": 0}
                                for name in ("replicas", "minReplicas", "maxReplicas")
                            },
                            **{"rayStartParams": PARAMS, "template": POD},
                        },
                        "additionalProperties": False,
                    },
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def cluster() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def groups(cluster: dict[str, Any]) -> list[dict[str, Any]]:
    return [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]]


def test_it_is_a_ray_cluster_as_kuberay_defines_one(cluster: dict[str, Any]) -> None:
    jsonschema.validate(cluster, CLUSTER)


def test_head_and_workers_run_the_image_that_the_page_builds_with_the_ray_that_is_pinned(
    cluster: dict[str, Any], groups: list[dict[str, Any]]
) -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    images = {one["image"] for group in groups for one in group["template"]["spec"]["containers"]}
    assert images == set(re.findall(r"-t (registry\S+)", page))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert f"ray=={cluster['spec']['rayVersion']}\n" in pins
    user = re.search(r"--uid (\d+)", (ROOT / "Containerfile").read_text(encoding="utf-8"))
    assert user
    ids = {group["template"]["spec"]["securityContext"]["runAsUser"] for group in groups}
    assert ids == {int(user[1])}


def test_every_mount_has_its_volume_and_only_the_head_may_write(
    groups: list[dict[str, Any]],
) -> None:
    writable = []
    for place, group in enumerate(groups):
        spec = group["template"]["spec"]
        volumes = {volume["name"]: volume["persistentVolumeClaim"] for volume in spec["volumes"]}
        mounts = spec["containers"][0]["volumeMounts"]
        assert {mount["name"] for mount in mounts} == set(volumes)
        assert "/archive" in {mount["mountPath"] for mount in mounts}
        writable += [(place, m["mountPath"]) for m in mounts if not m.get("readOnly")]
        assert volumes["archive"]["readOnly"]
    assert writable == [(0, "/results")]


def test_the_command_of_file_and_page_is_ours_and_says_where_the_mounts_are() -> None:
    command: Any = typer.main.get_command(app)
    options = {name for option in command.commands["batch"].params for name in option.opts}
    for file in (FILE, ROOT / "docs" / "scale.md"):
        (words,) = re.findall(r"xray batch (/.+)", file.read_text(encoding="utf-8"))
        assert words.startswith("/archive/")
        assert "--out /results/" in words
        assert {word for word in words.split() if word.startswith("--")} <= options


def test_nobody_runs_code_there_without_the_clusters_token(cluster: dict[str, Any]) -> None:
    assert cluster["spec"]["authOptions"] == {"mode": "token"}
    major, minor = (int(part) for part in cluster["spec"]["rayVersion"].split(".")[:2])
    assert (major, minor) >= (2, 52)  # the first that knows tokens


def test_no_actor_runs_beside_the_command_and_probes_ask_a_port_that_is_open(
    groups: list[dict[str, Any]],
) -> None:
    head, worker = groups
    assert head["rayStartParams"]["num-cpus"] == "0"
    for group, port in ((head, "6379"), (worker, worker["rayStartParams"]["node-manager-port"])):
        (container,) = group["template"]["spec"]["containers"]
        for probe in ("readinessProbe", "livenessProbe"):
            assert str(container[probe]["tcpSocket"]["port"]) == port


def test_four_workers_hold_as_many_cores_as_a_years_archive_needs(
    groups: list[dict[str, Any]],
) -> None:
    worker = groups[1]
    limits = worker["template"]["spec"]["containers"][0]["resources"]["limits"]
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    needed = re.search(r"archive within 24 hours \| [\d,]+ \| (\d+) \|", page)
    assert needed
    assert worker["replicas"] * int(limits["cpu"]) >= int(needed[1])


def test_ray_knows_every_option_that_it_is_started_with(groups: list[dict[str, Any]]) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    from ray.scripts.scripts import start

    known = {name for option in start.params for name in option.opts}
    assert {f"--{name}" for group in groups for name in group["rayStartParams"]} <= known
