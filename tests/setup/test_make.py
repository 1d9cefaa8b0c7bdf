"""What make.py says when it cannot go on, and that it does nothing twice. Nothing is installed here."""

import ast
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from importlib.metadata import distributions
from pathlib import Path
from threading import Thread

import pytest
from packaging.specifiers import SpecifierSet

import make
import whosaidso
from whosaidso import editions

ROOT = Path(__file__).parents[2]
posix_only = pytest.mark.skipif(os.name != "posix", reason="the stand-in programs are shell scripts")


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose path has spaces, with the two files that a set-up depends on."""
    folder = tmp_path / "who said so"
    folder.mkdir()
    (folder / "constraints.txt").write_text("attrs==26.1.0\n")
    (folder / "pyproject.toml").write_text("[project]\n")
    return folder


@pytest.fixture
def venv(checkout):
    return make.Venv(str(checkout))


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def finished(venv, dev):
    """Make the venv look finished: a Python that starts, and the stamp."""
    script(Path(venv.python), "exit 0")
    venv.write_stamp(dev)


def sentence(error):
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith((".", ")."))
    return text


# Before anything is made


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_supported_pythons_pass(version):
    make.check_python(version)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_other_pythons_are_told_what_is_needed(version):
    with pytest.raises(make.SetupError) as error:
        make.check_python(version)
    text = sentence(error)
    assert "Python 3.11 to 3.13" in text
    assert ".".join(map(str, version)) in text


def test_supported_pythons_are_those_of_the_package():
    bounds = f'requires-python = ">={make.OLDEST[0]}.{make.OLDEST[1]},<{make.NEWEST[0]}.{make.NEWEST[1] + 1}"'
    assert bounds in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_old_pythons_can_read_make_py():
    # Whatever Python 2.7 cannot parse, it cannot be told in words.
    tree = ast.parse((ROOT / "make.py").read_text(encoding="ascii"))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.Starred, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        assert not isinstance(node, newer), f"line {node.lineno}"
        assert not (isinstance(node, ast.Raise) and node.cause), f"line {node.lineno}"
        assert not (isinstance(node, ast.arguments) and node.kwonlyargs)
        assert not (isinstance(node, ast.FunctionDef) and node.returns), f"line {node.lineno}"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folder rights work otherwise here")
def test_a_folder_that_cannot_be_written(tmp_path):
    missing = tmp_path / "not there"
    with pytest.raises(make.SetupError, match="not allowed here") as error:
        make.check_folder(str(missing))
    assert str(missing) in sentence(error)


def test_a_full_disk(tmp_path):
    make.check_space(str(tmp_path), free=2 * make.SPACE_NEEDED)
    with pytest.raises(make.SetupError, match=r"need 1\.5 GB of disk, and 0\.2 GB are free") as error:
        make.check_space(str(tmp_path), free=200_000_000)
    sentence(error)


# The port


def test_a_taken_port_is_named_with_a_free_one(monkeypatch):
    monkeypatch.setenv("MAKELEVEL", "1")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(make.SetupError) as error:
            make.check_port(port)
    text = sentence(error)
    assert f"Port {port} is wanted" in text
    assert "make serve PORT=" in text
    assert f"PORT={port}'" not in text


def test_without_make_the_remedy_is_a_python_line(monkeypatch):
    monkeypatch.delenv("MAKELEVEL", raising=False)
    assert make.command("serve PORT=8001") == "python -m make serve PORT=8001"


def test_ports_are_read():
    assert make.port_from([]) == 8000
    assert make.port_from(["PORT=8001"]) == 8001
    assert make.port_from(["8001"]) == 8001


@pytest.mark.parametrize("words", [["PORT="], ["PORT=abc"], ["PORT=0"], ["PORT=70000"], ["-1"], ["8000", "8001"]])
def test_what_is_no_port_is_said(words):
    with pytest.raises(make.SetupError, match="a port from 1 to 65535") as error:
        make.port_from(words)
    sentence(error)


def test_a_taken_port_ends_in_one_sentence_and_no_traceback():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        words = [sys.executable, "make.py", "serve", f"PORT={other.getsockname()[1]}"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


# The environment


def test_no_venv_is_absent(venv):
    assert venv.state(dev=False) == "absent"


def test_a_venv_without_its_stamp_is_broken(venv):
    Path(venv.bin).mkdir(parents=True)
    assert venv.state(dev=False) == "broken"


@pytest.mark.parametrize("text", ["", "[1]", "3", '{"folder": '])
def test_a_venv_with_a_torn_stamp_is_broken(venv, text):
    Path(venv.bin).mkdir(parents=True)
    Path(venv.stamp).write_text(text)
    assert venv.state(dev=False) == "broken"


@posix_only
def test_a_finished_venv_is_ready(venv):
    finished(venv, dev=False)
    assert venv.state(dev=False) == "ready"
    assert venv.state(dev=True) == "behind"
    finished(venv, dev=True)
    assert venv.state(dev=False) == venv.state(dev=True) == "ready"


@posix_only
def test_a_venv_behind_its_pins_is_brought_up_to_date(venv, checkout):
    finished(venv, dev=False)
    (checkout / "constraints.txt").write_text("attrs==26.2.0\n")
    assert venv.state(dev=False) == "behind"


@posix_only
@pytest.mark.parametrize("change", [{"folder": "/elsewhere/.venv"}, {"python": "3.9"}])
def test_a_moved_venv_or_one_of_another_python_is_broken(venv, change):
    finished(venv, dev=False)
    Path(venv.stamp).write_text(json.dumps(venv.wanted(dev=False) | change))
    assert venv.state(dev=False) == "broken"


@posix_only
def test_a_venv_whose_python_does_not_start_is_broken(venv):
    finished(venv, dev=False)
    script(Path(venv.python), "exit 1")
    assert venv.state(dev=False) == "broken"
    Path(venv.python).unlink()
    assert venv.state(dev=False) == "broken"


@posix_only
def test_a_ready_venv_is_left_alone(venv, monkeypatch):
    finished(venv, dev=False)
    monkeypatch.setattr(make, "run_step", lambda *words, **more: pytest.fail("something was run"))
    make.set_up(venv)


@posix_only
def test_the_labextension_is_put_where_jupyterlab_looks_and_follows_the_checkout(venv, checkout, monkeypatch):
    finished(venv, dev=False)
    source = checkout / "src" / "whosaidso" / "forms" / "labextension"
    (source / "static").mkdir(parents=True)
    (source / "package.json").write_text("{}")
    (source / "static" / "old.js").write_text("old")
    make.set_up(venv)
    place = Path(venv.folder) / "share" / "jupyter" / "labextensions" / "whosaidso"
    assert (place / "static" / "old.js").read_text() == "old"
    made = (place / "package.json").stat().st_mtime_ns
    make.set_up(venv)
    assert (place / "package.json").stat().st_mtime_ns == made
    (source / "static" / "old.js").rename(source / "static" / "new.js")
    (source.parent / "storage.js").write_text("kept")
    make.set_up(venv)
    assert sorted(path.name for path in place.rglob("*.js")) == ["new.js", "storage.js"]


def test_a_wheel_takes_the_whole_labextension():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    taken = {path for patterns in setuptools["data-files"].values() for p in patterns for path in ROOT.glob(p)}
    there = {path for path in (ROOT / "src/whosaidso/forms/labextension").rglob("*") if path.is_file()}
    shared = {ROOT / "src/whosaidso/forms" / name for name in make.SHARED_SCRIPTS}
    assert taken - {path for path in taken if path.is_dir()} == there | shared
    assert (
        json.loads((ROOT / "src/whosaidso/forms/labextension/package.json").read_text())["version"]
        == whosaidso.__version__
    )


@posix_only
def test_a_broken_venv_is_made_again_with_one_sentence(venv, monkeypatch, capsys):
    (Path(venv.folder) / "left over").mkdir(parents=True)
    monkeypatch.setattr(make, "create_venv", lambda venv: script(Path(venv.python), "exit 0"))
    make.set_up(venv)
    assert not (Path(venv.folder) / "left over").exists()
    assert venv.state(dev=False) == "ready"
    assert capsys.readouterr().out.startswith("The folder .venv is half made")


@posix_only
def test_serving_does_not_forget_the_test_tools(venv, checkout, monkeypatch):
    finished(venv, dev=True)
    (checkout / "constraints.txt").write_text("attrs==26.2.0\n")
    make.set_up(venv)
    assert venv.state(dev=True) == "ready"


@posix_only
def test_an_install_that_fails_leaves_no_stamp(venv):
    finished(venv, dev=False)
    script(Path(venv.python), 'case "$1" in -c) exit 0;; *) exit 1;; esac')
    with pytest.raises(make.SetupError):
        make.set_up(venv, dev=True)
    assert venv.state(dev=False) == "broken"


@posix_only
def test_missing_ensurepip_names_the_package(venv, tmp_path, capsys):
    fake = script(
        tmp_path / "python",
        'mkdir -p "$3"\n'
        'echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1',
    )
    with pytest.raises(make.SetupError, match="ensurepip") as error:
        make.create_venv(venv, python=fake)
    assert f"apt install python3.{sys.version_info.minor}-venv" in sentence(error)
    assert not Path(venv.folder).exists()


@posix_only
@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(\"Failed to establish a "
            "new connection: [Errno -3] Temporary failure in name resolution\")'\nERROR: No matching distribution found",
            "could not be reached",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "make room"),
        ("ERROR: No matching distribution found for attrs==0", r"No matching distribution found for attrs==0"),
        ("", "it gave no reason"),
    ],
)
def test_a_failing_pip_is_understood(venv, tmp_path, output, words):
    message = tmp_path / "message.txt"
    message.write_text(output)
    script(Path(venv.python), f'cat "{message}"; exit 1')
    with pytest.raises(make.SetupError, match=words) as error:
        make.install(venv, dev=False)
    sentence(error)
    assert Path(venv.log).read_text() == output


@posix_only
def test_programs_get_their_words_whole_in_a_path_with_spaces(venv, checkout):
    seen = checkout / "seen.txt"
    script(Path(venv.python), f'pwd > "{seen}"; for word; do echo "$word" >> "{seen}"; done')
    make.install(venv, dev=True)
    folder, *words = seen.read_text().splitlines()
    assert os.path.samefile(folder, checkout)
    assert words == make.install_command(venv, dev=True)[1:]
    assert words[-4:] == ["-c", "constraints.txt", "-e", ".[dev]"]


def test_programs_find_those_of_the_venv_first(venv, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    found = venv.environment(EXTRA="1")
    assert found["PATH"].split(os.pathsep)[0] == venv.bin
    assert found["EXTRA"] == "1"
    assert "PYTHONPATH" not in found


def test_a_program_that_is_not_there(tmp_path):
    with pytest.raises(make.SetupError, match="no-such-program") as error:
        make.run_step("Trying", [str(tmp_path / "no-such-program")], str(tmp_path))
    sentence(error)


# Chromium


@posix_only
def test_a_named_chromium_that_starts_is_taken(tmp_path, monkeypatch):
    lame = script(tmp_path / "lame", "exit 127")
    sound = script(tmp_path / "bin" / "chromium", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("WHOSAIDSO_CHROMIUM", lame)
    assert make.named_browser() == sound


@posix_only
def test_root_gets_chromium_from_apt_and_is_told_so(venv, tmp_path, monkeypatch, capsys):
    script(Path(venv.python), "exit 1")
    tools = tmp_path / "bin"
    calls = tmp_path / "calls.txt"
    chromium = tools / "chromium"
    script(
        tools / "apt-get",
        f'echo "$*" >> "{calls}"\n[ "$1" = update ] || {{ echo "#!/bin/sh" > "{chromium}"; /bin/chmod +x "{chromium}"; }}',
    )
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("WHOSAIDSO_CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(make, "ROOT", str(tmp_path))
    assert make.browser(venv) == str(chromium)
    assert calls.read_text().splitlines() == ["update", "install -y --no-install-recommends chromium"]
    assert capsys.readouterr().out.startswith(
        "Chromium is wanted, for the browser tests need it: installing it with apt-get"
    )


@posix_only
def test_without_a_chromium_the_tests_are_not_passed(venv, tmp_path, monkeypatch, capsys):
    script(Path(venv.python), "exit 1")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("WHOSAIDSO_CHROMIUM", raising=False)
    monkeypatch.setattr(make, "ROOT", str(tmp_path))
    with pytest.raises(make.SetupError, match="Not passed") as error:
        make.browser(venv)
    assert "WHOSAIDSO_CHROMIUM" in sentence(error)
    assert "sudo" not in capsys.readouterr().out


# PostgreSQL


@posix_only
def test_a_postgresql_server_on_path_is_taken(tmp_path, monkeypatch):
    for name in ("initdb", "postgres"):
        script(tmp_path / "bin" / name, "exit 0")
    script(tmp_path / "half" / "initdb", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'half'}{os.pathsep}{tmp_path / 'bin'}")
    monkeypatch.delenv("WHOSAIDSO_POSTGRES", raising=False)
    assert make.postgres_programs() == str(tmp_path / "bin")


@posix_only
def test_without_a_postgresql_server_ci_does_not_pass_and_others_are_told(venv, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("WHOSAIDSO_POSTGRES", raising=False)
    monkeypatch.setattr(make.glob, "glob", lambda pattern: [])
    monkeypatch.setenv("CI", "true")
    with pytest.raises(make.SetupError, match="Not passed") as error:
        make.postgres(venv)
    sentence(error)
    monkeypatch.delenv("CI")
    assert make.postgres(venv) == ""
    assert "is left out" in capsys.readouterr().out


@posix_only
def test_root_gets_postgresql_from_apt(venv, tmp_path, monkeypatch, capsys):
    tools, calls = tmp_path / "bin", tmp_path / "calls.txt"
    programs = " ".join(f'"{tools / name}"' for name in ("initdb", "postgres"))
    script(
        tools / "apt-get",
        f'echo "$*" >> "{calls}"\n[ "$1" = update ] || for f in {programs}; do echo > "$f"; /bin/chmod +x "$f"; done',
    )
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("WHOSAIDSO_POSTGRES", raising=False)
    monkeypatch.setattr(make.glob, "glob", lambda pattern: [])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(make, "ROOT", str(tmp_path))
    assert make.postgres(venv) == str(tools)
    assert calls.read_text().splitlines() == ["update", "install -y --no-install-recommends postgresql"]
    assert "installing it with apt-get" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], True),
        (["-q", "-m", "not browser"], True),
        (["tests"], True),
        (["tests/course/", "-q"], True),
        (["tests/course/test_postgres.py::test_a_class"], True),
        (["tests/setup/test_make.py"], False),
        (["tests/course/test_grade.py::test_undo", "-x"], False),
        (["tests/check", str(ROOT / "tests" / "course")], True),
    ],
)
def test_postgresql_is_asked_for_only_by_what_needs_it(words, wanted):
    assert make.wants_postgres(words) == wanted


def test_sudo_is_never_called():
    assert '"sudo"' not in (ROOT / "make.py").read_text(encoding="utf-8")


# The server, and what the papers promise


def test_pages_are_served_to_this_computer_only(tmp_path):
    (tmp_path / "index.html").write_text("the book")
    server = make.page_server(str(tmp_path), 0)
    assert server.server_address[0] == "127.0.0.1"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_address[1]}/", timeout=5) as page:
            assert page.read() == b"the book"
            assert page.headers["Cache-Control"] == "no-cache"
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "index.html").write_text("the book with notebooks")
        server.show(str(tmp_path / "site"))
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_address[1]}/", timeout=5) as page:
            assert page.read() == b"the book with notebooks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_for_instructors_becomes_no_site():
    with pytest.raises(make.SetupError, match="its editions are class and open, and this is 'instructor'"):
        make.site("instructor")


def test_constraints_pin_everything_and_name_no_place():
    lines = (ROOT / "constraints.txt").read_text(encoding="ascii").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all("==" in pin for pin in pins)
    assert not [pin for pin in pins if "/" in pin or "@" in pin]


def test_pins_fit_the_first_release_of_every_supported_python():
    # A pin that needs 3.11.5 fails on Debian 12, which has 3.11.2.
    releases = [f"3.{minor}.0" for minor in range(make.OLDEST[1], make.NEWEST[1] + 1)]
    pins = set((ROOT / "constraints.txt").read_text(encoding="ascii").lower().replace("_", "-").splitlines())
    narrow = []
    for package in distributions():
        pin = f"{package.name}=={package.version}".lower().replace("_", "-")
        needed = SpecifierSet(package.metadata.get("Requires-Python", ""))
        if pin in pins:
            narrow += [f"{pin} needs Python {needed}" for release in releases if release not in needed]
    assert not narrow


def test_makefile_calls_only_verbs_that_make_py_knows():
    makefile = (ROOT / "Makefile").read_text(encoding="ascii")
    verbs = {line.split("make.py ")[1].split()[0] for line in makefile.splitlines() if "make.py " in line}
    assert verbs == {line.split()[0] for line in make.HELP.splitlines()}


def test_help_is_what_an_unknown_verb_gets(capsys):
    assert make.main([]) == 0
    assert make.main(["frobnicate"]) == 1
    assert capsys.readouterr().out.count("serve [PORT=8000]") == 2


# Editions


def test_the_edition_is_read_and_a_wrong_one_is_said():
    assert make.edition_from([]) == ("class", [])
    assert make.edition_from(["EDITION=open", "PORT=8001"]) == ("open", ["PORT=8001"])
    for word in ("EDITION=", "EDITION=teacher"):
        with pytest.raises(make.SetupError, match="class, open, instructor") as error:
            make.edition_from([word])
        assert "EDITION=open" in sentence(error)


def test_a_wrong_edition_ends_in_one_sentence_and_builds_nothing():
    words = [sys.executable, "make.py", "book", "EDITION=all"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "this is 'all'" in done.stderr


def test_the_editions_are_those_that_can_be_put_together():
    assert set(make.EDITIONS) == set(editions.EDITIONS)


@posix_only
@pytest.mark.parametrize("edition", ["class", "open", "instructor"])
def test_an_edition_is_built_from_its_own_contents(venv, checkout, edition):
    seen = checkout / "seen.txt"
    for program in (Path(venv.python), Path(venv.script("jupyter-book"))):
        script(program, f'echo "$@" >> "{seen}"')
    pages = Path(make.build_book(venv, edition)).relative_to(checkout).as_posix()
    lines = seen.read_text().splitlines()
    if edition == "class":
        assert (pages, lines) == ("_build/html", ["build ."])
    else:
        assert pages == f"_build/{edition}/_build/html"
        assert lines[0] == f"-m whosaidso.editions {edition}"
        assert f"--toc _build/{edition}/_toc.yml --config _build/{edition}/_config.yml" in lines[1]


def test_only_the_other_editions_name_what_students_must_not_have():
    def files(edition):
        return re.findall(r"'file': '([^']+)'", str(editions.toc_of(ROOT, edition)))

    own, opened, taught = (files(edition) for edition in ("class", "open", "instructor"))
    assert not [name for name in own if name.startswith(("solutions", "book/instructors"))]
    assert "solutions" in editions.config_of(ROOT, "class")["exclude_patterns"]
    keys = [f"solutions/{path.parent.name}/debrief" for path in sorted((ROOT / "solutions").glob("*/debrief.md"))]
    assert opened[: len(own)] == own
    assert sorted(opened[len(own) :]) == keys, "every debrief, and last"
    assert not [name for name in opened if name.startswith("book/instructors")]
    assert {*opened, "book/instructors/overview", "solutions/mosul-sourcing/monday-answers"} < set(taught)
    for edition in ("open", "instructor"):
        settings = editions.config_of(ROOT, edition)
        assert {"solutions/*/*.ipynb", "solutions/*/*.toml"} < set(settings["exclude_patterns"])
        assert "solutions" not in settings["exclude_patterns"]


def test_an_instructors_page_that_is_not_named_is_named(tmp_path):
    folder = tmp_path / "book" / "instructors"
    folder.mkdir(parents=True)
    for text in ("", "- file: book/instructors/one\n  sections:\n  - file: book/instructors/two\n"):
        (folder / "toc.yml").write_text(text)
        for name in ("one", "two", "three"):
            (folder / f"{name}.md").write_text("# Page\n")
        with pytest.raises(editions.BadEdition, match="three"):
            editions.plans(tmp_path)
    (folder / "three.md").unlink()
    assert len(editions.plans(tmp_path)) == 1
    (folder / "toc.yml").unlink()
    with pytest.raises(editions.BadEdition, match="not there"):
        editions.plans(tmp_path)


def test_an_edition_that_did_not_change_is_not_written_again(tmp_path):
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: a\nparts: []\n")
    (tmp_path / "_config.yml").write_text("title: T\nexclude_patterns: [solutions]\n")
    folder = editions.write(tmp_path, "open")
    before = (folder / "_config.yml").stat().st_mtime_ns
    assert "T (open edition, with the answers)" in (folder / "_config.yml").read_text()
    assert editions.write(tmp_path, "open") == folder
    assert (folder / "_config.yml").stat().st_mtime_ns == before
    with pytest.raises(editions.BadEdition, match="this is 'all'"):
        editions.write(tmp_path, "all")
