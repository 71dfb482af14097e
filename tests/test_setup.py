"""scripts/setup: which system packages it asks for. Doubles stand for the system, and for what takes the network."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import attnviz

ROOT = Path(attnviz.__file__).parents[1]
TOOLS = (
    *("bash", "cat", "chmod", "cksum", "cp", "dirname", "echo", "env", "grep", "mkdir", "mktemp"),
    *("rm", "tail", "xargs"),
)
PYTHON = f"""#!/usr/bin/env bash
case "$*" in
  *sys.executable*) echo "$0" ;;
  "-m venv --clear"*)
    mkdir -p "$4/bin"
    cp "$0" "$4/bin/python"
    echo "#!$4/bin/python" >"$4/bin/pip"
    printf '#!/usr/bin/env bash\\necho "$*" >>%s\\n' "$PWD/attnviz-ran" >"$4/bin/attnviz"
    chmod 755 "$4/bin/attnviz"
    ;;
  "-m pip"*) ;;
  *) exec {sys.executable} "$@" ;;
esac
"""
"""A Python that makes venvs of itself, and installs nothing into them."""


@dataclass(frozen=True)
class Machine:
    """A machine that has what is put into its folder of programs."""

    home: Path
    programs: Path

    def double(self, name: str, says: str = "") -> None:
        path = self.programs / name
        path.write_text(f"#!/usr/bin/env bash\n{says}\n")
        path.chmod(0o755)

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.home / "scripts" / "setup", *arguments],
            env={"PATH": str(self.programs), "PYTHON": str(self.programs / "python")},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def asked_of_apt(self) -> list[str]:
        asked = self.home / "asked"
        return asked.read_text().splitlines() if asked.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """It has all that attnviz needs, no espeak-ng, and an apt-get that brings whatever it is asked for."""
    home, programs = tmp_path / "attnviz", tmp_path / "programs"
    (home / "scripts").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "scripts" / "setup", home / "scripts")
    shutil.copy(ROOT / "pyproject.toml", home)
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool))
    made = Machine(home, programs)
    for name, says in {
        "cc": "cat >/dev/null",
        "id": "echo 0",
        "pkg-config": "",
        "uname": "echo Linux",
        "apt-get": f"""echo "$*" >>{home}/asked
case "$*" in *espeak-ng*) cp {programs}/pkg-config {programs}/espeak-ng ;; esac""",
    }.items():
        made.double(name, says)
    (programs / "python").write_text(PYTHON)
    (programs / "python").chmod(0o755)
    return made


def test_who_only_uses_attnviz_is_not_given_a_voice(machine):
    done = machine.setup()

    assert (done.returncode, done.stderr) == (0, "")
    assert "espeak-ng" not in " ".join(machine.asked_of_apt)
    assert done.stdout.endswith("setup: ready: .venv/bin/attnviz\n")


def test_the_model_of_the_readme_is_brought(machine):
    machine.setup()

    assert (machine.home / "attnviz-ran").read_text() == "models get minilm\n"


def test_who_runs_the_tests_is_given_the_other_model_too(machine):
    machine.setup("--dev")

    ran = (machine.home / "attnviz-ran").read_text()
    assert ran == "models get minilm\nmodels get smollm2\n"


def test_who_runs_the_tests_is(machine):
    done = machine.setup("--dev")

    assert (done.returncode, done.stderr) == (0, "")
    assert machine.asked_of_apt == [
        "update",
        "install -y --no-install-recommends espeak-ng",
    ]


def test_on_a_mac_the_homebrew_command_is_named(machine):
    machine.double("uname", "echo Darwin")

    done = machine.setup("--dev")

    assert done.returncode == 1
    assert done.stderr == "setup: system packages are missing; run: brew install espeak-ng\n"


def test_with_nothing_to_do_nothing_is_printed(machine):
    machine.setup("--dev")

    assert machine.setup("--dev").stdout == ""
    assert machine.setup().stdout == ""  # what the tests need is more


def test_a_voice_that_is_gone_is_brought_again_but_only_to_who_runs_the_tests(machine):
    machine.setup("--dev")
    (machine.programs / "espeak-ng").unlink()

    assert machine.setup().stdout == ""
    assert "installing system packages: espeak-ng" in machine.setup("--dev").stdout


def test_an_unknown_argument_is_refused_with_the_known_one(machine):
    done = machine.setup("--develop")

    assert done.returncode == 1
    assert done.stderr == "setup: unknown argument: --develop; usage: scripts/setup [--dev]\n"
