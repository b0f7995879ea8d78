"""Product pictures: sent in by the staff, shown to everybody."""

from flask import Blueprint, request, send_from_directory

from shop.services import picturestore

blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")


@blueprint.post("/<int:product_id>")
def upload_picture(product_id: int):
    name = picturestore.keep(product_id, request.files["picture"])
    return {"url": f"/pictures/{name}"}, 201


@blueprint.get("/<path:name>")
def show_picture(name: str):
    return send_from_directory(picturestore.FOLDER, name)
