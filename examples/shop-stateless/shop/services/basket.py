"""What customers have put into their carts: one Redis hash a customer, product to quantity."""

from shop.external import server

KEPT_FOR = 14 * 24 * 3600


def add(customer_id: int, product_id: int, quantity: int) -> dict[int, int]:
    """Put a product into a customer's cart and return the cart."""
    with server.pipeline() as pipeline:
        pipeline.hincrby(_key(customer_id), str(product_id), quantity)
        pipeline.expire(_key(customer_id), KEPT_FOR)
        pipeline.execute()
    return contents(customer_id)


def contents(customer_id: int) -> dict[int, int]:
    return _numbers(server.hgetall(_key(customer_id)))


def empty(customer_id: int) -> dict[int, int]:
    """Take everything out of a customer's cart and return what was in it."""
    with server.pipeline() as pipeline:
        pipeline.hgetall(_key(customer_id))
        pipeline.delete(_key(customer_id))
        cart, _ = pipeline.execute()
    return _numbers(cart)


def _key(customer_id: int) -> str:
    return f"cart:{customer_id}"


def _numbers(cart: dict[bytes, bytes]) -> dict[int, int]:
    return {int(product_id): int(quantity) for product_id, quantity in cart.items()}
