"""The product's settings, with the bare view where the API is answered, behind the same."""

from config.settings import *  # noqa: F403

_API = MIDDLEWARE.index("core.tmf.edge.ApiMiddleware")  # noqa: F405
MIDDLEWARE = [
    *MIDDLEWARE[:_API],  # noqa: F405
    "tests.benchmarks.bare.BareMiddleware",
    *MIDDLEWARE[_API:],  # noqa: F405
]
