"""A disk that loses its power, for tests/lan/power.sh.

power.py TRACE FOLDER BEFORE LINLI STATES SEED

TRACE is what strace wrote down of a node on FOLDER, BEFORE a copy of the folder from when it began.
For each of STATES crashes: a moment is drawn from the trace, and the disk is what it may be then.

- What a finished fsync or fdatasync of the same file covers is there.
- Of everything later each sector (512 bytes) is there or not, by itself: disks reorder. In some
  states none of it is, in some all.
- Names (made, renamed, removed) reach the disk in their order, up to some point behind the last
  fsync of the folder or of a file in it: file systems keep a journal of them.

Then the folder must be sound, hold every message and request that was answered "saved" before that
moment, and take a new one. `-shm` files are memory and never come back.
"""

import concurrent.futures, json, os, random, re, shutil, sqlite3, subprocess, sys, tempfile

SECTOR = 512
CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
RESULT = re.compile(r"= (-?\d+)(?:<[^>]*>)?(?: .*)?$")
WATCHED = ("openat", "pwrite64", "write", "writev", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "rename", "renameat2")


def plain(text):
    return bytes.fromhex(text.replace("\\x", ""))


def strings(args):
    return [plain(it) for it in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', args)]


def calls(path):
    """(begun, ended, name, arguments, result) of each call, in the order of their beginnings."""
    open_calls, found = {}, []
    for at, line in enumerate(open(path, encoding="latin-1")):
        line = line.rstrip("\n")
        if call := CALL.match(line):
            pid, name, rest = call.groups()
            if name not in WATCHED:
                continue
            entry = [at, None, name, rest, None]
            found.append(entry)
            if rest.endswith("<unfinished ...>"):
                open_calls[pid] = entry
            elif result := RESULT.search(rest):
                entry[1], entry[4] = at, int(result[1])
        elif back := RESUMED.match(line):
            pid, _, rest = back.groups()
            entry = open_calls.pop(pid, None)
            if entry and (result := RESULT.search(rest)):
                entry[1], entry[4] = at, int(result[1])
                entry[3] = entry[3].removesuffix(" <unfinished ...>") + rest
    return [entry for entry in found if entry[4] is not None and entry[4] >= 0]


def sectors(offset, data):
    """The same bytes, cut where the disk's sectors end."""
    while data:
        piece = data[: SECTOR - offset % SECTOR]
        yield offset, piece
        offset, data = offset + len(piece), data[len(piece) :]


class File:
    """One file's story: what was done to it, and what of that was synced when."""

    def __init__(self):
        self.deeds, self.syncs = [], []  # (begun, ended, offset, bytes | None to cut), (begun, ended)

    def at(self, moment, before, dice, keep):
        content = bytearray(before)
        safe = max((begun for begun, ended in self.syncs if ended <= moment), default=-1)
        for begun, ended, offset, data in self.deeds:
            if begun > moment:
                continue
            is_safe = ended < safe
            if data is None:
                if is_safe or dice.random() < keep:
                    del content[offset:]
                    content.extend(bytes(offset - len(content)))
                continue
            for place, piece in sectors(offset, data):
                if is_safe or dice.random() < keep:
                    if len(content) < place:
                        content.extend(bytes(place - len(content)))
                    content[place : place + len(piece)] = piece
        return bytes(content)


def read(trace, folder):
    """Files by number, names in their order, answers."""
    files, names, answers, here, offsets = [], [], [], {}, {}
    for name in os.listdir(sys.argv[3]):
        here[name] = len(files)
        files.append(File())
    fds = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")
    synced = []  # (begun, ended): names before are safe
    for begun, ended, name, args, result in calls(trace):
        fd = fds.match(args)
        path = os.fsdecode(plain(fd[2])) if fd else None
        inside = path and os.path.dirname(path) == folder and os.path.basename(path)
        file = files[here[inside]] if inside and inside in here else None
        if name == "openat" and "O_CREAT" in args:
            target = os.path.basename(os.fsdecode(strings(args)[-1]))
            is_ours = os.path.dirname(os.fsdecode(strings(args)[-1])) == folder
            if is_ours and target not in here and not target.endswith((".sock", "-shm")):
                here[target] = len(files)
                files.append(File())
                names.append((begun, "made", target, here[target]))
        if name == "openat" and result >= 0:
            offsets[result] = 0
        if name in ("rename", "renameat2", "unlink", "unlinkat"):
            paths = [os.fsdecode(it) for it in strings(args) if it]
            ours = [os.path.basename(it) for it in paths if os.path.dirname(it) == folder]
            if name.startswith("rename") and len(ours) == 2 and ours[0] in here:
                here[ours[1]] = here.pop(ours[0])
                names.append((begun, "renamed", ours[0], ours[1]))
            elif name.startswith("unlink") and ours and ours[0] in here:
                here.pop(ours[0])
                names.append((begun, "gone", ours[0], None))
        if name in ("fsync", "fdatasync") and (path == folder or file):
            synced.append((begun, ended))
        if file and name in ("fsync", "fdatasync"):
            file.syncs.append((begun, ended))
        elif file and name == "pwrite64":
            tail = RESULT.sub("", args).rstrip().rstrip(")")
            file.deeds.append((begun, ended, int(tail.rsplit(",", 1)[1]), strings(args)[-1][:result]))
        elif file and name == "write":
            number = int(fd[1])
            data = strings(args)[-1][:result]
            file.deeds.append((begun, ended, offsets.get(number, 0), data))
            offsets[number] = offsets.get(number, 0) + result
        elif file and name == "ftruncate":
            file.deeds.append((begun, ended, int(re.search(r", (\d+)\)", args)[1]), None))
        elif name == "writev":
            said = b"".join(strings(args))
            for kind, id in re.findall(rb'"is":"(posted|asked)","id":"([0-9a-f]{64})"', said):
                answers.append((begun, kind.decode(), id.decode()))
    return files, names, synced, answers


def disk(story, before, moment, dice, out):
    """Writes into `out` what the disk may hold at `moment`."""
    files, names, synced, _ = story
    keep = dice.choice((0.0, 0.5, 0.5, 0.9, 1.0))
    safe = max((begun for begun, ended in synced if ended <= moment), default=-1)
    done = [it for it in names if it[0] <= moment]
    sure = sum(it[0] < safe for it in done)
    done = done[: dice.randint(sure, len(done))]
    here = {name: at for at, name in enumerate(os.listdir(before))}
    first = dict(here)
    for _, what, name, other in done:
        if what == "made":
            here[name] = other
        elif what == "renamed":
            here[other] = here.pop(name)
        else:
            here.pop(name)
    started = {at: name for name, at in first.items()}
    for name, at in here.items():
        if name.endswith("-shm"):
            continue
        content = b""
        if at in started:
            with open(os.path.join(before, started[at]), "rb") as file:
                content = file.read()
        with open(os.path.join(out, name), "wb") as file:
            file.write(files[at].at(moment, content, dice, keep))


def check(story, before, linli, seed):
    """None, or what is wrong after one crash."""
    dice = random.Random(seed)
    answers = story[3]
    last = answers[-1][0]
    # Just after an answer as often as anywhere.
    moment = dice.choice(answers)[0] + dice.randint(0, 4) if dice.random() < 0.5 else dice.randint(0, last + 5)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(before)) as out:
        os.chmod(out, 0o700)
        disk(story, before, moment, dice, out)
        run = lambda *args: subprocess.run([linli, "--data", out, *args], capture_output=True, text=True)
        shown = run("log", "all", "--last", "100000", "--json")
        if shown.returncode:
            return f"{seed} at {moment}: {shown.stderr.strip()}"
        requests = run("requests", "--json").stdout
        held = {json.loads(line)["id"] for line in shown.stdout.splitlines()}
        held |= set(re.findall(r"[0-9a-f]{64}", requests))
        lost = [id for when, _, id in answers if when < moment and id not in held]
        if lost:
            return f"{seed} at {moment}: {len(lost)} of what was answered is gone, the first is {lost[0]}"
        again = run("post", "all", "after the power came back")
        if again.returncode:
            return f"{seed} at {moment}: cannot be written: {again.stderr.strip()}"
        for name in ("truth.db", "views.db"):
            with sqlite3.connect(os.path.join(out, name)) as db:
                said = db.execute("PRAGMA integrity_check").fetchall()
            if said != [("ok",)]:
                return f"{seed} at {moment}: {name}: {said[:3]}"
    return None


def main():
    trace, folder, before, linli, states, seed = sys.argv[1:]
    story = read(trace, os.path.realpath(folder))
    answers, files = story[3], story[0]
    print(f"  {len(answers)} answers, {sum(len(it.deeds) for it in files)} writes, {len(story[2])} syncs")
    if len(answers) < 50 or not story[2]:
        sys.exit("too little was seen")
    seeds = range(int(seed), int(seed) + int(states))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [it for it in pool.map(lambda it: check(story, before, linli, it), seeds) if it]
    print(f"  {len(seeds)} crashes, {len(wrong)} with a loss")
    for it in wrong[:5]:
        print("  seed", it)
    sys.exit(bool(wrong))


main()
