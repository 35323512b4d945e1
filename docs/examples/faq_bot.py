#!/usr/bin/env python3
"""Answers questions that were answered before: a bot on Linli's HTTP interface.

    linli token new faq --scope read --scope post > token
    LINLI_TOKEN=$(cat token) python3 faq_bot.py http://127.0.0.1:4780 all faq.json

faq.json is a list of {"words": ["停水", "water"], "answer": "..."}: a question is a message with a
question mark in which one of the words stands. Needs nothing but Python's own library.

It may be stopped and started at any time: it goes through the newest messages, skips whatever has an
answer already, and gives each answer under a key of its own, so that none is ever given twice.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

NEWEST = 50  # messages that are looked through after each change


class Node:
    def __init__(self, address, token):
        self.address, self.token = address.rstrip("/") + "/api/v1", token

    def open(self, method, path, body=None, headers=(), timeout=30):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers:
            request.add_header(name, value)
        return urllib.request.urlopen(request, timeout=timeout)

    def ask(self, method, path, body=None, headers=()):
        with self.open(method, path, body, headers) as answer:
            return json.load(answer)

    def changes(self, last_id=None):
        """Yields (id, event) as the node tells that something changed."""
        headers = [("Last-Event-ID", last_id)] if last_id else []
        with self.open("GET", "/events", headers=headers, timeout=60) as stream:
            yield last_id, {"changed": "all"}  # what changed before we listened
            event_id = None
            for line in stream:
                name, _, value = line.decode().rstrip("\r\n").partition(":")
                if name == "id":
                    event_id = value.strip()
                elif name == "data":
                    yield event_id, json.loads(value)


def answer_for(text, faq):
    if "?" not in text and "？" not in text:
        return None
    for entry in faq:
        if any(word.lower() in text.lower() for word in entry["words"]):
            return entry["answer"]
    return None


def look_through(node, group, faq):
    path = "/groups/" + urllib.parse.quote(group, safe="")
    messages = node.ask("GET", f"{path}/messages?last={NEWEST}")["messages"]
    answered = {message["reply_to"] for message in messages}
    for message in messages:
        if message["withdrawn"] or message["reply_to"] or message["id"] in answered:
            continue
        answer = answer_for(message["text"], faq)
        if answer:
            body = {"text": answer, "reply_to": message["id"]}
            key = [("Idempotency-Key", "faq-" + message["id"])]
            node.ask("POST", f"{path}/messages", body, key)


def main():
    address, group, faq = sys.argv[1:4]
    with open(faq, encoding="utf-8") as file:
        faq = json.load(file)
    node = Node(address, os.environ["LINLI_TOKEN"])
    last_id = None
    while True:
        try:
            for event_id, event in node.changes(last_id):
                last_id = event_id or last_id
                if event["changed"] in ("group", "all"):
                    look_through(node, group, faq)
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                sys.exit(f"the node says: {json.load(error)['title']}")
            time.sleep(int(error.headers.get("Retry-After", "2")))
        except (OSError, urllib.error.URLError):
            time.sleep(2)  # the node was stopped, or the stream was quiet for too long


if __name__ == "__main__":
    main()
