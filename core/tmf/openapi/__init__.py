"""The OpenAPI document, made from the declarations: nothing is written down twice."""

from core.tmf.openapi.document import document

__all__ = ["document"]
