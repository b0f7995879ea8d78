"""Logging in and out."""

from flask import Blueprint, request

from shop.services import logins

blueprint = Blueprint("accounts", __name__)


@blueprint.post("/login")
def log_in():
    logins.log_in(request.form["email"], request.form["password"])
    return {"ok": True}


@blueprint.post("/logout")
def log_out():
    logins.log_out()
    return {"ok": True}
