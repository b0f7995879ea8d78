"""Product prices, looked up once."""

from shop.database import Product, Session

_price_cache: dict[int, int] = {}  # expect: SL102


def price_in_cents(product_id: int) -> int:
    """The price of a product; each is read from the database once."""
    if product_id not in _price_cache:
        with Session() as database:
            _price_cache[product_id] = database.get_one(Product, product_id).cents
    return _price_cache[product_id]


def total_in_cents(cart: dict[int, int]) -> int:
    return sum(price_in_cents(product_id) * quantity for product_id, quantity in cart.items())
