"""The people of the demo: accounts with generated passwords, their roles, and a token each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from samples.client import Client

Manage = Callable[..., str]


@dataclass
class Person:
    """Somebody with an account; `role` is theirs in both sample projects, `site_role` in the whole installation."""

    username: str
    name: str
    title: str
    role: str = ""
    site_role: str = ""
    password: str = field(default="", repr=False)

    @property
    def does(self) -> str:
        """Their role, in a word."""
        return self.role or self.site_role


def cast() -> dict[str, Person]:
    """Everybody by role. They are made up; their accounts exist only in the demo's own database."""
    people = [
        Person("nora", "Nora Lindqvist", "ML lead", role="owner"),
        Person("tarik", "Tarik Aydin", "Data scientist", role="contributor"),
        Person("mei", "Mei Tanaka", "Model validator", role="validator"),
        Person("paula", "Paula Okonkwo", "Clinical director", role="approver"),
        Person("sven", "Sven Baptiste", "Head of the laboratory", role="viewer"),
        Person("ruth", "Ruth Castellan", "Internal auditor", site_role="auditor"),
        Person("adam", "Adam Vasari", "Administrator", site_role="administrator"),
    ]
    return {person.does: person for person in people}


def create_accounts(people: dict[str, Person], manage: Manage) -> None:
    """Make an account for everybody, and keep the password it was given."""
    for person in people.values():
        options = ["--site-role", person.site_role] if person.site_role else []
        person.password = manage(
            "create_user", person.username, "--name", person.name, "--title", person.title, *options
        )


def team(people: dict[str, Person], *, url: str, project: str, manage: Manage) -> dict[str, Client]:
    """Have the owner invite everybody with a role, and give each who works there a client with a token of their own."""

    def client_of(person: Person) -> Client:
        return Client(url, token=manage("create_token", person.username, project, "--days", "7"), project=project)

    owner = client_of(people["owner"])
    invited = [person for person in people.values() if person.role not in ("", "owner")]
    for person in invited:
        owner.post("members/", username=person.username, role=person.role)
    return {"owner": owner} | {person.role: client_of(person) for person in invited if person.role != "viewer"}
