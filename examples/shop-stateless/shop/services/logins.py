"""Who is logged in: said by the signed session cookie, with a key that all replicas share (SHOP_SECRET_KEY)."""

from flask import session
from sqlalchemy import select
from werkzeug.exceptions import Unauthorized
from werkzeug.security import check_password_hash

from shop.database import Customer, Session


def log_in(email: str, password: str) -> None:
    """Check the password and remember the customer in the cookie."""
    with Session() as database:
        customer = database.scalar(select(Customer).where(Customer.email == email))
    if customer is None or not check_password_hash(customer.password_hash, password):
        raise Unauthorized("wrong address or password")
    session["customer_id"] = customer.id


def log_out() -> None:
    session.pop("customer_id", None)


def current_customer() -> int:
    """The id of the customer whose session cookie came with this request."""
    if "customer_id" not in session:
        raise Unauthorized("please log in")
    return session["customer_id"]
