"""Pushes or pulls an artifact with boto3 as MXNet's artifact_repository.py does: file after file, each by boto3's own
transfer with its defaults (8 MiB parts, ten threads), a meta file of four YAML lines last, and no digest of anything.

usage: boto3-artifact.py push BUCKET PREFIX LIBRARY [DEPENDENCY ...]
       boto3-artifact.py pull BUCKET PREFIX FOLDER
"""

import os
import sys
import tempfile

import boto3
import yaml

action, bucket, prefix, *paths = sys.argv[1:]
client = boto3.client("s3")


def upload(path, key):
    with open(path, "rb") as file:
        client.upload_fileobj(Fileobj=file, Bucket=bucket, Key=key)


def push(library, *dependencies):
    upload(library, f"{prefix}/{os.path.basename(library)}")
    for path in dependencies:
        upload(path, f"{prefix}/dependencies/{os.path.basename(path)}")
    with tempfile.TemporaryDirectory() as folder:
        meta = os.path.join(folder, "libmxnet.meta")
        words = {"commit_id": "c" * 40, "dependency_linking": "static", "os": "ubuntu16.04", "variant": "cpu"}
        with open(meta, "w") as file:
            yaml.dump(words, file)
        upload(meta, f"{prefix}/libmxnet.meta")


def pull(folder):
    for found in client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]:
        path = os.path.join(folder, os.path.relpath(found["Key"], prefix))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            client.download_fileobj(Bucket=bucket, Key=found["Key"], Fileobj=file)


{"push": push, "pull": pull}[action](*paths)
