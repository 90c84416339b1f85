from tests.sparql.conftest import store

__all__ = ["store"]
