# Inside the sandbox there is no network but the loopback interface of its own. Each port named in
# THINGSTEAD_FORWARD (PORT=SOCKET,...) leads through a Unix socket to the server outside.
import os
import socket
import subprocess
import sys
import threading


def _pump(source, target):
    try:
        while True:
            some = source.recv(65536)
            if not some:
                break
            target.sendall(some)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def _carry(inside, path):
    with inside, socket.socket(socket.AF_UNIX) as outside:
        try:
            outside.connect(path)
        except OSError:
            return
        back = threading.Thread(target=_pump, args=(outside, inside), daemon=True)
        back.start()
        _pump(inside, outside)
        back.join()


def _serve(server, path):
    while True:
        inside, _ = server.accept()
        threading.Thread(target=_carry, args=(inside, path), daemon=True).start()


def forward(ports):
    for each in filter(None, ports.split(",")):
        port, path = each.split("=")
        server = socket.socket(socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(port)))
        server.listen(64)
        threading.Thread(target=_serve, args=(server, path), daemon=True).start()


if __name__ == "__main__":
    threading.stack_size(256 * 1024)
    forward(os.environ.pop("THINGSTEAD_FORWARD", ""))
    code = subprocess.call(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
