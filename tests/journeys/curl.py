"""`curl` as the README calls it, for machines that have none: `-s`, `-u`, `-H`, `-d` and an address."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from base64 import b64encode


def main(words: list[str]) -> int:
    """Send it and print the body. A status is no failure, as with the real one."""
    reader = ArgumentParser(prog="curl")
    reader.add_argument("-s", action="store_true")
    reader.add_argument("-u")
    reader.add_argument("-H", action="append", default=[])
    reader.add_argument("-d")
    reader.add_argument("url")
    given = reader.parse_args(words)
    headers = dict(line.split(": ", 1) for line in given.H)
    if given.u is not None:
        headers["Authorization"] = "Basic " + b64encode(given.u.encode()).decode()
    body = None if given.d is None else given.d.encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(given.url, body, headers), timeout=20) as answer:
            content = answer.read()
    except urllib.error.HTTPError as no:
        content = no.read()
    sys.stdout.buffer.write(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
