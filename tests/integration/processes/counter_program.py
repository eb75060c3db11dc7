"""A small program for the tests: writes what happens to it into a journal, listens on a port, may start a child.

Usage: counter_program.py NAME JOURNAL PORT [--child] [--own-group] [--deaf] [--crash-after SECONDS]
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("journal")
parser.add_argument("port", type=int)
parser.add_argument("--child", action="store_true")
parser.add_argument("--own-group", action="store_true")
parser.add_argument("--deaf", action="store_true")
parser.add_argument("--crash-after", type=float)
given = parser.parse_args()


def note(what: str) -> None:
    """One line, also when another program writes at the same time."""
    handle = os.open(given.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, f"{what} {given.name} {os.getpid()}\n".encode())
    os.close(handle)


def stop(*_: object) -> None:
    """Orderly end."""
    note("stopped")
    sys.exit(0)


signal.signal(signal.SIGTERM, signal.SIG_IGN if given.deaf else stop)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", given.port))
listener.listen()
if given.child:
    child = subprocess.Popen(["sleep", "600"], start_new_session=given.own_group)
    note(f"child={child.pid}")
sys.stdout.write(f"{given.name} says xin chào\n")
sys.stdout.flush()
note("started")
if given.crash_after is not None:
    threading.Event().wait(given.crash_after)
    sys.stderr.write("hỏng rồi\n")
    sys.exit(3)
while True:
    signal.pause()
