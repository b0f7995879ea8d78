"""The list of products."""

from flask import Blueprint
from sqlalchemy import select

from shop.database import Product, Session
from shop.services import banner

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
def list_products():
    with Session() as database:
        products = [{"id": p.id, "title": p.title, "cents": p.cents} for p in database.scalars(select(Product))]
    return {"banner": banner.current(), "products": products}
