"""Where carts live between two clicks."""

CARTS: dict[int, dict[int, int]] = {}  # expect: SL101


def remember(customer_id: int, cart: dict[int, int]) -> None:
    CARTS[customer_id] = cart
