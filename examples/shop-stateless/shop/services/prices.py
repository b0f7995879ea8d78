"""Product prices, kept in Redis for a minute."""

from shop.database import Product, Session
from shop.external import server


def price_in_cents(product_id: int) -> int:
    """The price of a product; a change of price is seen after a minute at the latest, by all replicas at once."""
    key = f"price:{product_id}"
    known = server.get(key)
    if known is not None:
        return int(known)
    with Session() as database:
        cents = database.get_one(Product, product_id).cents
    server.set(key, cents, ex=60)
    return cents


def total_in_cents(cart: dict[int, int]) -> int:
    return sum(price_in_cents(product_id) * quantity for product_id, quantity in cart.items())
