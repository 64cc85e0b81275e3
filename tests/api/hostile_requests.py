"""Requests that no client library would send, as bytes."""

from __future__ import annotations

END = b"Host: a\r\nConnection: close\r\n\r\n"
CUSTOMER = b'{"annual_income": 55, "spending_score": 50}'
POST = b"POST /api/v1/predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WAITING = POST + b"Expect: 100-continue\r\n"
EXTENSION = b";" + b"a" * 100_000 + b"\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(CUSTOMER), CUSTOMER)


def get(path: bytes, more: bytes = b"", method: bytes = b"GET") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\n" + more + END


# What is sent, and the statuses that may answer it; 0 is a connection closed without an answer.
CATALOGUE: dict[str, tuple[bytes, set[int]]] = {
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", {400}),
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", {400}),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b?x\r\nConnection: close\r\n\r\n", {400}),
    "half a bracket": (b"GET /x HTTP/1.1\r\nHost: [\r\nAccept: text/html\r\n\r\n", {400}),
    "an old client": (b"GET /livez HTTP/1.0\r\n\r\n", {200}),
    "an old client with a bad host": (b"GET / HTTP/1.0\r\nHost: [a/b?\r\n\r\n", {400}),
    "a client older still": (b"GET /\r\n\r\n", {0, 400}),
    "NUL in the path": (get(b"/api/v1/%00"), {404}),
    "no UTF-8 in the path": (get(b"/%ff%fe"), {404}),
    "overlong UTF-8 in the path": (get(b"/%c0%ae%c0%ae/etc/passwd"), {404}),
    "half an escape": (get(b"/%zz%1"), {404}),
    "line ends in the path": (get(b"/%0d%0aSet-Cookie:%20a=b"), {404}),
    "colours in the path": (get(b"/%1b[31mred"), {404}),
    "dots, escaped": (get(b"/static/x/..%2f..%2f..%2fetc/passwd"), {404}),
    "dots, escaped twice": (get(b"/static/x/..%252f..%252fetc/passwd"), {404}),
    "dots": (get(b"/static/x/../../../../etc/passwd"), {404}),
    "dots without a root": (get(b"../../etc/passwd"), {400}),
    "backslashes": (get(b"/static/..\\..\\main.py"), {400, 404}),
    "two slashes": (get(b"//host/x"), {404}),
    "another server's address": (get(b"http://other.example/nothing"), {404}),
    "a star": (get(b"*", method=b"OPTIONS"), {400, 404, 405}),
    "a proxy's method": (get(b"other.example:443", method=b"CONNECT"), {400, 404, 405}),
    "raw bytes in the path": (get(b"/\xff\xfe"), {400, 404}),
    "raw bytes in the query": (get(b"/?annual_income=\xff"), {400, 422}),
    "no UTF-8 in the query": (get(b"/?annual_income=%ff&spending_score=%00"), {422}),
    "half a character in the query": (get(b"/?annual_income=%ed%a0%80"), {422}),
    "a blank in the path": (get(b"/ HTTP/1.1 x"), {400}),
    "a long path": (get(b"/" + b"a" * 100_000), {400, 404, 414}),
    "a long query": (get(b"/livez?" + b"a" * 50_000), {200, 400, 414}),
    "a long header": (get(b"/livez", b"X: " + b"a" * 100_000 + b"\r\n"), {200, 400, 431}),
    "many headers": (get(b"/livez", b"X: a\r\n" * 10_000), {200, 400, 431}),
    "a folded header": (get(b"/livez", b"X-A: a\r\n b\r\n"), {200, 400}),
    "a blank before the colon": (get(b"/livez", b"Host : b\r\n"), {400}),
    "NUL in a header": (get(b"/livez", b"X-Request-ID: abcd\x00efgh\r\n"), {400}),
    "a header without a name": (get(b"/livez", b": a\r\n"), {400}),
    "TRACE": (get(b"/", method=b"TRACE"), {405}),
    "PROPFIND": (get(b"/", method=b"PROPFIND"), {405}),
    "an unknown method": (get(b"/", method=b"BREW"), {400, 405}),
    "a method in small letters": (get(b"/", method=b"get"), {400, 405}),
    "HTTP/9.9": (b"GET / HTTP/9.9\r\n" + END, {400, 505}),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "a TLS hello": (bytes.fromhex("16030100a5010000a10303") + bytes(150), {0, 400}),
    "nothing but NUL": (bytes(100) + b"\r\n\r\n", {0, 400}),
    "empty lines first": (b"\r\n" * 100 + get(b"/livez"), {200}),
    "an upgrade": (get(b"/", b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"), {200}),
    "a good chunk": (CHUNKED + CHUNK + b"0\r\n\r\n", {200}),
    "a chunk size of letters": (CHUNKED + b"zz\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a chunk size below zero": (CHUNKED + b"-1\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a chunk size beyond 64 bits": (CHUNKED + b"f" * 17 + b"\r\n" + CUSTOMER, {400}),
    "a chunk size that lies": (CHUNKED + b"5\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a long chunk extension": (CHUNKED + CHUNK.replace(b"\r\n", EXTENSION, 1) + b"0\r\n\r\n", {200, 400}),
    "another transfer coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n" + CUSTOMER, {400, 501}),
    "length and chunked": (POST + b"Content-Length: 43\r\n" + CHUNKED.removeprefix(POST) + CHUNK, {400}),
    "two lengths": (POST + b"Content-Length: 43\r\nContent-Length: 44\r\n\r\n" + CUSTOMER, {400}),
    "a length below zero": (POST + b"Content-Length: -1\r\n\r\n" + CUSTOMER, {400}),
    "a length of letters": (POST + b"Content-Length: abc\r\n\r\n" + CUSTOMER, {400}),
    "a length with a sign": (POST + b"Content-Length: +43\r\n\r\n" + CUSTOMER, {400}),
    "a length beyond 64 bits": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    "a length padded with zeros": (POST + b"Content-Length: 0000000000000043\r\n\r\n" + CUSTOMER, {200, 400}),
    "a length too small": (POST + b"Content-Length: 10\r\n\r\n" + CUSTOMER, {400}),
    "a body that waits for leave": (WAITING + b"Content-Length: 43\r\n\r\n" + CUSTOMER, {200}),
    "300 MB that wait for leave": (WAITING + b"Content-Length: 314572800\r\n\r\n", {413}),
}  # fmt: skip
# Sent, then closed towards the server while an answer may still come.
HALF_CLOSED: dict[str, bytes] = {
    "a whole request": get(b"/livez"),
    "half a head": b"GET / HTTP/1.1\r\nHo",
    "a length too large": POST + b"Content-Length: 430\r\n\r\n" + CUSTOMER,
    "half a chunk": CHUNKED + b"ff\r\n" + CUSTOMER,
    "nothing": b"",
}
