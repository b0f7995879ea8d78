"""Handles to what all replicas share: Redis, the object storage, the job queue."""

import os

import boto3
import redis
from rq import Queue

server = redis.Redis.from_url(os.environ["SHOP_REDIS_URL"])
reports = Queue("reports", connection=server)
pictures = boto3.client("s3", endpoint_url=os.environ.get("SHOP_S3_ENDPOINT"))
picture_bucket = os.environ["SHOP_PICTURE_BUCKET"]
