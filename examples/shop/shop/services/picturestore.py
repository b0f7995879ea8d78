"""Where product pictures are kept."""

from pathlib import Path

from werkzeug.datastructures import FileStorage

FOLDER = Path("/srv/pictures")


def keep(product_id: int, picture: FileStorage) -> str:
    """Keep an uploaded picture and return its name."""
    name = f"{product_id}.jpg"
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.save(FOLDER / name)  # expect: SL301
    return name
