#!/usr/bin/env python3
"""Brings text messages that a modem received into a group: marked as imported, each once, for good.

    gammu-smsd … | LINLI_TOKEN=... python3 sms.py http://127.0.0.1:4780 all

Standard input has one JSON object a line: {"id": 17, "from": "王师傅", "at": "2026-11-20 18:03", "text": "到了"}.
*from* is what the group may read: put a name there, and no number. The import remembers (id, text): the same
message shows once, however often and from whichever home it is brought. Lines that cannot be read are told
by their number on standard error, and the others are brought all the same.
"""

import json
import os
import sys
import urllib.parse
import urllib.request
from hashlib import sha256  # any 32 bytes that follow from the message


def bring(address, group, lines):
    url = f"{address.rstrip('/')}/api/v1/groups/{urllib.parse.quote(group, safe='')}/import"
    request = urllib.request.Request(url, data=json.dumps({"lines": lines}).encode())
    request.add_header("Authorization", "Bearer " + os.environ["LINLI_TOKEN"])
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["new"]


def main():
    address, group = sys.argv[1:3]
    new = bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            sms = json.loads(line)
            text = f"{sms['from']} · {sms['at']}\n{sms['text']}"
            digest = sha256(f"sms/{sms['id']}/{text}".encode()).hexdigest()
            sms = {"number": int(sms["id"]), "hash": digest, "text": text}
        except (ValueError, KeyError, TypeError):
            print(f"line {number} is no text message", file=sys.stderr)
            bad += 1
            continue
        new += bring(address, group, [sms])
    print(f"{new} new, {bad} not read")


if __name__ == "__main__":
    main()
