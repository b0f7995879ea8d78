"""Pages for the people who run the shop."""

from flask import Blueprint, request

from shop.services import banner, traffic

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.put("/banner")
def change_banner():
    banner.show(request.form["text"])
    return {"ok": True}


@blueprint.get("/traffic")
def show_traffic():
    return {"busiest": traffic.busiest(10)}
