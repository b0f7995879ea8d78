"""The shop: a catalogue, carts, product pictures and a sales report."""

from flask import Flask

from shop import accounts, admin, carts, catalogue, pictures, reports
from shop.services import traffic


def create_app() -> Flask:
    """The application that gunicorn serves."""
    app = Flask(__name__)
    app.config.from_prefixed_env("SHOP")
    app.before_request(traffic.count_visit)
    for module in (accounts, admin, carts, catalogue, pictures, reports):
        app.register_blueprint(module.blueprint)
    return app
