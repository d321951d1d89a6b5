"""Everything that touches AWS: plain synchronous functions over boto3, with no chat in them."""
