"""Where product pictures are kept: in the object storage."""

from werkzeug.datastructures import FileStorage

from shop.external import picture_bucket, pictures


def keep(product_id: int, picture: FileStorage) -> str:
    """Keep an uploaded picture and return its name."""
    name = f"{product_id}.jpg"
    pictures.upload_fileobj(picture.stream, picture_bucket, name, ExtraArgs={"ContentType": "image/jpeg"})
    return name


def link(name: str) -> str:
    """An address where a browser can fetch the picture during the next five minutes."""
    wanted = {"Bucket": picture_bucket, "Key": name}
    return pictures.generate_presigned_url("get_object", Params=wanted, ExpiresIn=300)
