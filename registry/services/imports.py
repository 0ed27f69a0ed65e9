"""Take over records from other MLflow servers: which ones, and each taking over as a job of its own."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from jobs.services import enqueue
from outside import client, sealing
from registry.models import MlflowServer, MlflowSync

KIND = "mlflow-sync"
MOST_SERVERS = 20
LONGEST_SECRET = 2_000
MOST_CHOSEN = 2_000


class UnusableSecret(ValueError):
    """The token cannot be sent; the message says why."""


class UnusableAddress(ValueError):
    """The address is none of a server; the message says what to change."""


class TooMany(ValueError):
    """The project has as many servers as are kept."""


class KnownServer(Exception):
    """The project takes over records from this address already."""


class StillRunning(Exception):
    """A sync with this server has not ended yet."""


class NothingChosen(ValueError):
    """Neither an experiment nor a model was chosen."""


@transaction.atomic
def add_server(project: Project, *, url: str, by: User, secret: str = "") -> MlflowServer:
    """Name a server that records may be taken over from; the secret is a token, or a username and a password.

    Raises outside.client.Refused or NotFound for an address that is not visited, UnusableAddress, UnusableSecret,
    KnownServer and TooMany.
    """
    url = url.rstrip("/")
    address = client.check(url)
    if "?" in address.target:
        raise UnusableAddress("Leave out the ? and what follows it: this is the address of a whole server.")
    if not secret.isascii() or not secret.isprintable() or secret != secret.strip() or len(secret) > LONGEST_SECRET:
        raise UnusableSecret("A token consists of plain letters, digits and signs. Copy it again, without line breaks.")
    Project.objects.select_for_update().get(pk=project.pk)
    known = MlflowServer.objects.filter(project=project, removed_at__isnull=True)
    if known.filter(url=url).exists():
        raise KnownServer(f"{url} is in the list already.")
    if known.count() >= MOST_SERVERS:
        raise TooMany(f"A project has at most {MOST_SERVERS} servers. Remove one that is no longer needed.")
    # Whoever removes a server and adds it again goes on where the syncs had been.
    server = MlflowServer.objects.filter(project=project, url=url).first() or MlflowServer(project=project, url=url)
    server.token, server.added_by, server.added_at, server.removed_at = sealing.seal(secret), by, timezone.now(), None
    server.save()
    record(Action.SERVER_ADDED, by=by, on=server, chain=project.chain, label=url, after={"has_secret": bool(secret)})
    return server


@transaction.atomic
def remove_server(server: MlflowServer, *, by: User) -> None:
    """Forget how to sign in to a server, and take nothing over any more; what came from it stays."""
    row = MlflowServer.objects.filter(pk=server.pk, removed_at__isnull=True)
    if MlflowSync.objects.filter(server=server, state=MlflowSync.State.RUNNING).exists():
        raise StillRunning("A sync with this server is running. Cancel it or wait for its end.")
    if row.update(removed_at=timezone.now(), token=b""):
        record(Action.SERVER_REMOVED, by=by, on=server, chain=server.project.chain, label=server.url)


@transaction.atomic
def request_sync(
    server: MlflowServer,
    *,
    by: User,
    experiments: Sequence[str] = (),
    models: Sequence[str] = (),
    all_of_it: bool = False,
) -> MlflowSync:
    """Take over experiments by id and models by name, or everything; raises NothingChosen and StillRunning."""
    if not all_of_it and not experiments and not models:
        raise NothingChosen("Choose at least one experiment or one model.")
    if len(experiments) + len(models) > MOST_CHOSEN:
        raise NothingChosen(f"At most {MOST_CHOSEN:,} can be chosen one by one. Take everything over instead.")
    server = MlflowServer.objects.select_for_update(of=("self",)).select_related("project").get(pk=server.pk)
    if MlflowSync.objects.filter(server=server, state=MlflowSync.State.RUNNING).exists():
        raise StillRunning("A sync with this server is running. Wait for its end, or cancel it.")
    chosen = {} if all_of_it else {"experiments": list(experiments), "models": list(models)}
    job = enqueue(KIND, project=server.project, label=f"Sync with {server.url}", by=by)
    sync = MlflowSync.objects.create(server=server, job=job, chosen=chosen, requested_by=by)
    record(Action.SYNC_REQUESTED, by=by, on=sync, chain=server.project.chain, label=str(sync), after={"chosen": chosen})
    return sync


def sync_again(sync: MlflowSync, *, by: User) -> MlflowSync:
    """Ask for the same once more: what is new or has changed is taken over; raises StillRunning."""
    chosen = sync.chosen
    return request_sync(
        sync.server, by=by, experiments=chosen.get("experiments", []), models=chosen.get("models", []),
        all_of_it=not chosen,
    )  # fmt: skip
