// What waits on this phone: sw.js puts it there when the box is out of reach, and here it is shown and
// sent, by an open page that has the box again. page.js loads it, and hears `linli-sent` when something went.
"use strict";

(() => {
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
    if (!list) return;
    list.textContent = "";
    list.append(...all.map((one) => {
      const fields = new URLSearchParams(one.body);
      const item = document.createElement("li");
      item.className = "card";
      const said = fields.get("title") || fields.get("text") || list.dataset.act;
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
    const token = document.querySelector("input[name=token]");
    if (sending || !who || !token) return;
    sending = true;
    try {
      for (const one of (await mine()).filter((one) => !one.problem)) {
        const body = new URLSearchParams(one.body);
        body.set("token", token.value);
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
        const said = page.querySelector(".wrong, h1");
        one.problem = said ? said.textContent.trim() : String(answer.status);
        await store("readwrite", (all) => all.put(one));
      }
      dispatchEvent(new Event("linli-sent"));
    } catch (error) {
      // The box is out of reach again.
    }
    sending = false;
    tell();
  };

  // A page that comes from this phone's own memory would send a form's key a second time.
  for (const field of document.querySelectorAll("input[name=once]:not([data-kept])")) {
    const drawn = crypto.getRandomValues(new Uint8Array(16));
    field.value = who + [...drawn].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  tell().then(sendAll);
  addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
})();
