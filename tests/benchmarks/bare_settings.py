"""The product's settings, with the bare view in front of everything."""

from config.settings import *  # noqa: F403

MIDDLEWARE = ["tests.benchmarks.bare.BareMiddleware", *MIDDLEWARE]  # noqa: F405
