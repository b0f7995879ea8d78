"""Logging in and out."""

from flask import Blueprint, make_response, request

from shop.services import logins

blueprint = Blueprint("accounts", __name__)


@blueprint.post("/login")
def log_in():
    token = logins.log_in(request.form["email"], request.form["password"])
    response = make_response({"ok": True})
    response.set_cookie("token", token, httponly=True, samesite="Lax")
    return response


@blueprint.post("/logout")
def log_out():
    logins.log_out(request.cookies.get("token", ""))
    return {"ok": True}
