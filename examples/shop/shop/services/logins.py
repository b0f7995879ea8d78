"""Who is logged in."""

import secrets

from flask import request
from sqlalchemy import select
from werkzeug.exceptions import Unauthorized
from werkzeug.security import check_password_hash

from shop.database import Customer, Session

SESSIONS = {}  # expect: SL104


def log_in(email: str, password: str) -> str:
    """Check the password and open a session; returns its token."""
    with Session() as database:
        customer = database.scalar(select(Customer).where(Customer.email == email))
    if customer is None or not check_password_hash(customer.password_hash, password):
        raise Unauthorized("wrong address or password")
    token = secrets.token_urlsafe(32)
    SESSIONS[token] = {"customer_id": customer.id, "email": customer.email}
    return token


def log_out(token: str) -> None:
    SESSIONS.pop(token, None)


def current_customer() -> int:
    """The id of the customer whose session cookie came with this request."""
    session = SESSIONS.get(request.cookies.get("token", ""))
    if session is None:
        raise Unauthorized("please log in")
    return session["customer_id"]
