"""The main path of the demo: accounts, two projects lived through at once, and the journal verified at the end."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType

import django
import requests
from django.core.management import CommandError, call_command
from django.db import connections

from samples.breast_mass import story as breast_mass
from samples.client import Refused, TookTooLong
from samples.decisions import NotAsExpected
from samples.diabetes import story as diabetes
from samples.documentation import read_yaml
from samples.people import Person, cast, create_accounts, team
from samples.story import Story

FAILURES = (Refused, TookTooLong, NotAsExpected, CommandError, requests.RequestException)
SAMPLES = (breast_mass, diabetes)

Tell = Callable[[str, str], None]


def walk(url: str, *, documents: Path, tell: Tell) -> tuple[dict[str, Person], list[str]]:
    """Live through both samples on a server that runs with this process's settings; returns the people and projects."""
    django.setup()
    people = cast()
    create_accounts(people, manage)
    tell("people", f"{len(people)} accounts made")
    stories = [_opened(sample, people, url=url, documents=documents, tell=tell) for sample in SAMPLES]
    # Both at once, as teams would work; each waits for its own workers' results.
    with ThreadPoolExecutor(len(stories)) as pool:
        for told in [pool.submit(sample.tell, story) for sample, story in zip(SAMPLES, stories, strict=True)]:
            told.result()
    for line in manage("verify_audit").splitlines():
        head, chain, *count = line.split()
        tell("journal", f"{chain} verified, {' '.join(count)}, head {head[:12]}…")
    connections.close_all()
    return people, [story.clients["owner"].project for story in stories]


def manage(*words: str) -> str:
    """What a command of manage.py prints."""
    output = io.StringIO()
    call_command(*words, stdout=output)
    return output.getvalue().strip()


def _opened(sample: ModuleType, people: dict[str, Person], *, url: str, documents: Path, tell: Tell) -> Story:
    folder = Path(str(sample.__file__)).parent
    name = read_yaml(folder, "data.yaml")["project"]["name"]
    slug = manage("create_project", people["owner"].username, name)
    return Story(
        folder=folder,
        clients=team(people, url=url, project=slug, manage=manage),
        people=people,
        documents=documents,
        tell=partial(tell, folder.name),
    )
