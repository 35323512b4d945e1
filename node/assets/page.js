// Makes an open page live and keeps what was typed. Every page works whole without it.
//
// Live: the node says that something changed, never what it now is. The page is asked for again
// and only the parts marked data-live that differ are taken over; a part in which somebody is
// typing or has opened something waits until he is done.
// Drafts stay in this browser until the form has gone through.
"use strict";

(() => {
  const source = document.body.dataset.liveFrom;

  // --- live
  const busy = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select") ||
    part.querySelector("details[open]") !== null;

  const takeOver = (fresh) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other) {
        // This box has joined a community: the explanation gives way to the page itself.
        if (part.hasAttribute("data-left")) location.reload();
        else part.replaceChildren();
        continue;
      }
      if (part.innerHTML === other.innerHTML && part.className === other.className || busy(part)) continue;
      const low = part.hasAttribute("data-stay-low") &&
        innerHeight + scrollY >= document.documentElement.scrollHeight - 200;
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.className = other.className;
      part.replaceChildren(...document.adoptNode(other).childNodes);
      if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
      if (low) scrollTo(0, document.documentElement.scrollHeight);
    }
  };

  let asking = false;
  let again = false;
  const refresh = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      // A page that answered a form has no address of its own to ask for.
      if (!document.querySelector("[data-failed]")) {
        const answer = await fetch(location.pathname + location.search, { credentials: "same-origin" });
        if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch {
      // The box is out of reach; the stream will come back and ask again.
    }
    asking = false;
    if (again) {
      again = false;
      soon();
    }
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150);
  };

  let stream = null;
  const listen = () => {
    if (!source || stream || document.hidden) return;
    stream = new EventSource(source);
    let opened = false;
    stream.onopen = () => {
      // What happened while the stream was down is not told again.
      if (opened) soon();
      opened = true;
    };
    stream.onmessage = soon;
  };
  // Browsers allow few streams to one host: hidden pages give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      listen();
      soon();
    } else if (stream) {
      stream.close();
      stream = null;
    }
  });
  addEventListener("pagehide", () => {
    stream?.close();
    stream = null;
  });
  listen();
  // "5 minutes ago" grows old by itself.
  if (source) setInterval(() => document.hidden || soon(), 60000);

  // --- drafts
  const SENT = "linli-sent";
  // Each person's own: a phone of the household goes from hand to hand.
  const keyOf = (form) => ["linli-draft", document.body.dataset.who, form.dataset.draft, form.getAttribute("action")].join(":");
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const failed = document.querySelector("[data-failed]") !== null;
  const sent = sessionStorage.getItem(SENT);
  if (sent) {
    if (!failed) localStorage.removeItem(sent);
    sessionStorage.removeItem(SENT);
  }
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const fields = [...form.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([data-no-draft]), textarea")];
    const kept = read(keyOf(form));
    const once = form.querySelector("input[name=once]");
    // What was on its way when the line broke is the same thing when it is sent again.
    if (once && kept?.once) {
      once.value = kept.once;
      once.dataset.kept = "yes";
    }
    if (kept && !failed) {
      for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
    }
    form.addEventListener("input", () => {
      const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      if (once) values.once = once.value;
      if (fields.some((field) => field.value)) localStorage.setItem(keyOf(form), JSON.stringify(values));
      else localStorage.removeItem(keyOf(form));
    });
    form.addEventListener("submit", () => sessionStorage.setItem(SENT, keyOf(form)));
  }

  // --- a form goes off once, however often it is tapped
  document.addEventListener("submit", (event) => {
    // A file is kept, and the page stays.
    if (event.submitter?.hasAttribute("data-stays")) return;
    if (event.target.dataset.going) event.preventDefault();
    event.target.dataset.going = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-going]")) delete form.dataset.going;
  });

  // --- printing
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // --- copying the link of an invitation
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  }

  // --- an invitation that came as a file
  for (const picker of document.querySelectorAll("[data-read-into]")) {
    picker.parentElement.hidden = false;
    picker.addEventListener("change", async () => {
      const [file] = picker.files;
      if (file) document.getElementById(picker.dataset.readInto).value = await file.text();
    });
  }
  // --- what waits on this phone (sw.js puts it there; only where the box is trusted is there a worker)
  const who = document.body.dataset.who;
  const store = (mode, work) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("linli", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const change = opening.result.transaction("waiting", mode);
      const asked = work(change.objectStore("waiting"));
      change.oncomplete = () => { opening.result.close(); resolve(asked.result); };
      change.onerror = () => reject(change.error);
    };
  });
  const mine = async () => (await store("readonly", (all) => all.getAll())).filter((one) => !who || one.who === who);

  const tell = async () => {
    const all = await mine();
    const line = document.getElementById("queued");
    line.hidden = all.length === 0;
    line.querySelector("b").textContent = all.length;
    const list = document.getElementById("waiting");
    list?.replaceChildren(...all.map((one) => {
      const fields = new URLSearchParams(one.body);
      const item = document.createElement("li");
      item.className = "card";
      const said = fields.get("title") ?? fields.get("text") ?? list.dataset.act;
      const name = document.createElement("b");
      name.textContent = said;
      const when = document.createElement("small");
      when.textContent = new Date(one.at).toLocaleString(document.documentElement.lang) + (one.problem ? " · " + one.problem : "");
      const drop = document.createElement("button");
      drop.className = "small quiet";
      drop.textContent = list.dataset.drop;
      drop.addEventListener("click", async () => {
        await store("readwrite", (kept) => kept.delete(one.key));
        tell();
      });
      item.append(name, document.createElement("br"), when, document.createElement("br"), drop);
      return item;
    }));
  };

  // One after the other, by the token of this page; whatever was done already the box does not do again.
  let sending = false;
  const sendAll = async () => {
    const token = document.querySelector("input[name=token]")?.value;
    if (sending || !who || !token) return;
    sending = true;
    try {
      for (const one of (await mine()).filter((one) => !one.problem)) {
        const body = new URLSearchParams(one.body);
        body.set("token", token);
        if (one.path === "/ask") body.set("anyway", "yes");
        const answer = await fetch(one.path, { method: "POST", body, credentials: "same-origin" });
        const at = new URL(answer.url).pathname;
        // Not paired, nobody chosen, a page of yesterday, a box that is busy: it waits on.
        if (["/pair", "/me"].includes(at) || answer.status === 403 || answer.status >= 500) break;
        if (answer.redirected) {
          await store("readwrite", (all) => all.delete(one.key));
          continue;
        }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        one.problem = page.querySelector(".wrong, h1")?.textContent.trim() ?? String(answer.status);
        await store("readwrite", (all) => all.put(one));
      }
      soon();
    } catch {
      // The box is out of reach again.
    }
    sending = false;
    tell();
  };
  if (location.protocol === "https:" && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js");
    // A page that comes from this phone's own memory would send a form's key a second time.
    for (const field of document.querySelectorAll("input[name=once]:not([data-kept])")) {
      const drawn = crypto.getRandomValues(new Uint8Array(16));
      field.value = who + [...drawn].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    tell().then(sendAll);
    addEventListener("online", sendAll);
    document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  }
})();
