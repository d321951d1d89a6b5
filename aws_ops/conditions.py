"""The words of a condition on an item, for those outside `aws_ops`, where boto3 is not imported."""

from boto3.dynamodb.conditions import Attr

__all__ = ["Attr"]
