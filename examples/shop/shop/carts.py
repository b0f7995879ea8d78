"""The cart and the checkout."""

from flask import Blueprint, request

from shop.database import Sale, Session
from shop.services import basket, prices
from shop.services.logins import current_customer

blueprint = Blueprint("carts", __name__)


@blueprint.get("/cart")
def show_cart():
    cart = basket.contents(current_customer())
    return {"cart": cart, "total": prices.total_in_cents(cart)}


@blueprint.post("/cart/items")
def add_item():
    product_id = request.form.get("product", type=int)
    quantity = request.form.get("quantity", default=1, type=int)
    return {"cart": basket.add(current_customer(), product_id, quantity)}


@blueprint.post("/checkout")
def check_out():
    cart = basket.empty(current_customer())
    with Session.begin() as database:
        for product_id, quantity in cart.items():
            database.add(Sale(product_id=product_id, quantity=quantity))
    return {"paid": prices.total_in_cents(cart)}
