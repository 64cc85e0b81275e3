from tests.api.conftest import two_versions, two_versions_once

__all__ = ["two_versions", "two_versions_once"]
