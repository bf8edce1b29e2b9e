#!/usr/bin/env python3
"""The echo example: answers, and ends by itself on SIGTERM while clients are connected, on either backend."""

import os
import signal
import socket
import subprocess
import sys

for backend in ("io_uring", "epoll"):
    server = subprocess.Popen(
        [sys.argv[1]], stdout=subprocess.PIPE, text=True, env=os.environ | {"LOCKSTEP_ASYNC_BACKEND": backend}
    )
    where = server.stdout.readline().strip()
    if not where and backend == "io_uring":
        server.wait()
        print("no io_uring here")
        continue
    host, port = where.rsplit(":", 1)
    clients = [socket.create_connection((host, int(port)), timeout=120) for _ in range(100)]
    for client in clients:
        client.sendall(b"hello")
    for client in clients:
        answer = b""
        while len(answer) < 5:
            answer += client.recv(5)
        assert answer == b"hello", answer
    server.send_signal(signal.SIGTERM)
    status = server.wait(timeout=120)
    assert status == 0, f"{backend}: exit status {status}"
    print(f"{backend}: ok")
