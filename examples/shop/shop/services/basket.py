"""What customers have put into their carts."""

from shop.services.memory import CARTS, remember


def add(customer_id: int, product_id: int, quantity: int) -> dict[int, int]:
    """Put a product into a customer's cart and return the cart."""
    cart = contents(customer_id)
    cart[product_id] = cart.get(product_id, 0) + quantity
    remember(customer_id, cart)
    return cart


def contents(customer_id: int) -> dict[int, int]:
    return dict(CARTS.get(customer_id, {}))


def empty(customer_id: int) -> dict[int, int]:
    """Take everything out of a customer's cart and return what was in it."""
    return CARTS.pop(customer_id, {})
