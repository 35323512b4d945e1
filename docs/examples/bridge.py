#!/usr/bin/env python3
"""Carries lines from elsewhere into a group: a one-way bridge on Linli's HTTP interface.

    tail -n +1 -F export.txt | LINLI_TOKEN=... python3 bridge.py http://127.0.0.1:4780 all wechat

Each line of standard input becomes a message "[wechat] LINE". The key of a line is made from its
number and text, so the same export can be fed again after a crash: what was carried is not carried
twice, as long as the node remembers the keys (the last 512).
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def carry(address, group, text, key):
    url = f"{address.rstrip('/')}/api/v1/groups/{urllib.parse.quote(group, safe='')}/messages"
    while True:
        request = urllib.request.Request(url, data=json.dumps({"text": text}).encode())
        request.add_header("Authorization", "Bearer " + os.environ["LINLI_TOKEN"])
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as error:
            if error.code not in (408, 429, 503):
                sys.exit(f"the node says: {json.load(error)['title']}")
            time.sleep(int(error.headers.get("Retry-After", "2")))
        except OSError:
            time.sleep(2)  # the node was stopped; the line waits


def main():
    address, group, source = sys.argv[1:4]
    for number, line in enumerate(sys.stdin, 1):
        line = line.strip()
        if line:
            key = hashlib.sha256(f"{source}/{number}/{line}".encode()).hexdigest()
            carry(address, group, f"[{source}] {line}", key)


if __name__ == "__main__":
    main()
