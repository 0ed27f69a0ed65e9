"""Builds the bubblewrap command: a place of its own where nothing is shared and nothing can be written."""

import shutil
from pathlib import Path


def program() -> str | None:
    """Return where bubblewrap is installed, or None."""
    return shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")


def arguments(shown: list[str], *, child: tuple[str, str], environment: dict[str, str]) -> list[str]:
    """Return the command up to the program to run; only the shown folders and the child's own can be seen inside."""
    found = program()
    if found is None:
        raise FileNotFoundError("bubblewrap is not installed")
    command = [found]
    command += "--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try".split()
    command += "--disable-userns --uid 65534 --gid 65534 --hostname sandbox".split()
    command += "--die-with-parent --new-session --cap-drop ALL --clearenv".split()
    for name, value in environment.items():
        command += ["--setenv", name, value]
    command += _system_libraries()
    for path in _outside_usr_lib(shown):
        command += ["--ro-bind", path, path]
    command += ["--ro-bind", *child]
    # The root is a writable file system in memory until it is remounted: without this, a model could fill the memory.
    command += "--proc /proc --dev /dev --remount-ro /dev --chdir / --remount-ro /".split()
    return command


def _system_libraries() -> list[str]:
    """Return the arguments that show the system's shared libraries."""
    arguments = ["--ro-bind", "/usr/lib", "/usr/lib", "--ro-bind-try", "/usr/lib64", "/usr/lib64"]
    for name in ("lib", "lib64"):
        if Path("/", name).is_symlink():
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
        else:
            arguments += ["--ro-bind-try", f"/{name}", f"/{name}"]
    return [*arguments, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def _outside_usr_lib(paths: list[str]) -> list[str]:
    """Return the paths that are not below another one or below what is shown anyway, outermost first."""
    chosen: list[str] = ["/usr/lib", "/usr/lib64"]
    for path in sorted(set(paths), key=len):
        if not any(path == outer or path.startswith(outer + "/") for outer in chosen):
            chosen.append(path)
    return chosen[2:]
