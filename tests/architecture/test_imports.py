"""Importing has no effects: no connection, no file written, no process, no thread. What runs is built by an app, when asked."""

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import PACKAGES, ROOT, module_of, python_files

LIBRARIES = {
    "urllib3/util/connection.py": "asks the system once whether IPv6 works (clickhouse-connect)",
    "croniter/croniter.py": "asks once whether this is a 64-bit Python (Faust)",
}
"""What other people's modules do when they are imported, seen and accepted; nothing leaves the machine."""

WATCHER = '''
"""Imports every module named on stdin and prints what each did beside being imported."""
import _thread, importlib, json, os, sys, threading

done = []
importing = ""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EFFECTS = {"socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.fork", "os.exec"}


def note(event, what):
    """By whom: the innermost code that is not of the standard library."""
    frame, place = sys._getframe(1), ""
    while frame and not place:
        name = frame.f_code.co_filename
        if "site-packages" in name:
            place = name.split("site-packages/")[1]
        elif name.startswith(os.getcwd()):
            place = os.path.relpath(name)
        frame = frame.f_back
    done.append((importing, event, place, repr(what)[:100]))


def watch(event, arguments):
    if event in EFFECTS:
        note(event, arguments)
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        mode, flags = arguments[1], arguments[2] or 0
        if flags & WRITING or (mode and set(mode) & set("wax+")):
            note("open for writing", arguments)


def start_thread(function, *arguments):
    note("thread", function)
    return really_start_thread(function, *arguments)


really_start_thread, _thread.start_new_thread = _thread.start_new_thread, start_thread
threading._start_new_thread = start_thread
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for importing in json.load(sys.stdin):
    importlib.import_module(importing)
json.dump(done, sys.stdout)
'''


def test_importing_a_module_opens_starts_and_writes_nothing() -> None:
    modules = [module_of(name) for name in python_files(*PACKAGES)]
    assert len(modules) > 100
    watched = subprocess.run(
        [sys.executable, "-c", WATCHER],
        cwd=ROOT,
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        check=False,
    )
    assert watched.returncode == 0, watched.stderr
    assert [one for one in json.loads(watched.stdout) if one[2] not in LIBRARIES] == []


def test_the_watcher_sees_what_a_careless_module_does(tmp_path: Path) -> None:
    careless = tmp_path / "careless.py"
    careless.write_text("import threading\nopen('left', 'w').close()\nthreading.Thread(target=int).start()\n")
    watched = subprocess.run(
        [sys.executable, "-c", WATCHER], cwd=tmp_path, input='["careless"]', capture_output=True, text=True, check=False
    )
    seen = [event for _, event, _, _ in json.loads(watched.stdout.splitlines()[-1])]
    assert seen == ["open for writing", "thread"], watched.stderr
