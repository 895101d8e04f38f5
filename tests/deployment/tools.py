"""What a test of deployment needs of the machine: skipped where it is missing, failed in CI."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

_WHERE = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def tool(name: str, package: str, in_ci: bool = True) -> str:
    """The path of a command; ``in_ci`` is whether the build server must have it."""
    found = shutil.which(name, path=_WHERE)
    return found or missing(name, package, in_ci)


def missing(name: str, package: str, in_ci: bool = True) -> NoReturn:
    said = f"{name} is not on this machine: apt-get install {package}"
    if in_ci and os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)
