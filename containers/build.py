"""Build the images: ``python containers/build.py [NAME ...]``; no image registry is asked.

Debian's packages come through debootstrap from the mirror that this machine uses, Python's through its pip,
checked against the hashes of requirements.lock. An image that is there for its recipe is not built again.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cleanroom import images
from cleanroom.hashed import hashed

SQUASHED = "-all-root -comp zstd -Xcompression-level 3"
"""All of root, or an unprivileged build on top fails; much quicker than the default, a few percent larger."""


def main(names: list[str]) -> None:
    """Build the named images (default: all)."""
    images.FOLDER.mkdir(exist_ok=True)
    for name in names or images.names():
        image = images.image(name)
        if not image.is_file():
            print(f"building {image.name}", flush=True)
            build(name, image)
    record()


def build(name: str, image: Path) -> None:
    """Build one image, and the base before it."""
    base = images.image("base")
    with tempfile.TemporaryDirectory(dir=images.FOLDER) as folder:
        if name != "base" and not base.is_file():
            build("base", base)
        if packages := images.packages(name):
            lock = Path(folder) / "requirements.lock"
            lock.write_text(packages)
            download(lock, Path(folder) / "wheels")
        arguments = {"mirror": mirror(), "base": base, "files": folder, "name": name}
        definition = images.definition(name)
        text = definition.read_text()
        used = [f"{key}={value}" for key, value in arguments.items() if f"{{{{ {key} }}}}" in text]
        options = [word for value in used for word in ("--build-arg", value)]
        part = Path(folder) / image.name
        squash = ["--mksquashfs-args", SQUASHED]
        call("apptainer", "--quiet", "build", "--fakeroot", *squash, *options, str(part), str(definition))
        part.replace(image)


def download(lock: Path, folder: Path) -> None:
    """The wheels of a lock, checked against its hashes; for the Python of Debian 12."""
    target = ["--python-version", "3.11", "--only-binary", ":all:"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--requirement", str(lock), "--dest", str(folder)]
    call(sys.executable, "-m", "pip", "download", *target, *options)


def mirror() -> str:
    """The Debian mirror of this machine."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)"]
    sites = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return next(site for site in sites if site.rstrip("/").endswith("/debian"))


def record() -> None:
    """Write ``digests.tsv``: what provenance tells of the images, and what a run checks them by."""
    with images.DIGESTS.open("w", newline="") as file:
        table = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        table.writerow(["image", "sha256", "bytes"])
        for image in sorted(images.FOLDER.glob("*.sif")):
            table.writerow([image.name, hashed(image), image.stat().st_size])


def call(*command: str) -> None:
    """Run a program whose failure ends the build."""
    if not shutil.which(command[0]):
        sys.exit(f"There is no {command[0]}: see containers/install-apptainer")
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"{command[0]} failed: its words are above")


if __name__ == "__main__":
    main(sys.argv[1:])
