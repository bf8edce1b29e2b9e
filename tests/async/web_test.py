#!/usr/bin/env python3
"""The web server and the fetches of examples/async, with each other and with Python, on either backend:
web_test.py WEB_SERVER FETCH"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.request

web_server, fetch = sys.argv[1:]


def run_one(backend, folder):
    environment = os.environ | {"LOCKSTEP_ASYNC_BACKEND": backend}
    server = subprocess.Popen([web_server, folder], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        url = server.stdout.readline().strip()
        if not url and backend == "io_uring":
            server.wait()
            print("no io_uring here")
            return
        with urllib.request.urlopen(url + "page.html", timeout=120) as answer:
            assert answer.read() == b"<p>hello", "the page"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        with urllib.request.urlopen(url + "tasks", timeout=120) as answer:
            assert b"accept" in answer.read(), "the tasks"
        for arguments in (["200", "10"], ["--threads", "200", "10"]):
            options = [a for a in arguments if a.startswith("--")]
            numbers = [a for a in arguments if not a.startswith("--")]
            said = subprocess.run(
                [fetch, *options, url + "page.html", *numbers], check=True, capture_output=True, text=True, timeout=120,
                env=environment,
            ).stdout
            assert said.startswith("200 good, 0 bad, 1600 bytes"), said
        missing = subprocess.run([fetch, url + "none"], capture_output=True, text=True, timeout=120, env=environment)
        assert missing.returncode == 1 and "1 bad" in missing.stdout, missing.stdout
        with urllib.request.urlopen(url + "health", timeout=120) as answer:
            health = json.load(answer)
            assert health["answered"] == 403 and health["running"] == 1, health
        server.send_signal(signal.SIGTERM)
        status = server.wait(timeout=120)
        assert status == 0, f"{backend}: exit status {status}"
        print(f"{backend}: ok")
    finally:
        server.kill()
        server.wait()


with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "page.html").write_text("<p>hello")
    for backend in ("io_uring", "epoll"):
        run_one(backend, folder)
