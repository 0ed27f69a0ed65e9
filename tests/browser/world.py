"""A real server with the sample projects lived through, as a process of its own: the browser meets what people meet.

Usage: python -m tests.browser.world FOLDER PORT. Prints one line of JSON when everything stands, ends when its input does.
"""

import json
import sys
from pathlib import Path

from samples import server


def main() -> int:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    server.throw_away_settings(data)
    with server.running(folder / "server.log", port=port) as running:
        from samples import main_path  # noqa: PLC0415  while the server starts

        running.wait_until_ready()
        people, projects = main_path.walk(running.url, documents=folder, tell=lambda who, what: None)
        passwords = {person.username: person.password for person in people.values()}
        usernames = {does: person.username for does, person in people.items()}
        facts = {"url": running.url, "passwords": passwords, "usernames": usernames, "projects": projects}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
