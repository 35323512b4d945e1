// Makes an open page live and keeps what was typed. Every page works whole without it.
//
// Live: the node says that something changed, never what it now is. The page is asked for again
// and only the parts marked data-live that differ are taken over; a part in which somebody is
// typing or has opened something waits until he is done.
// Drafts stay in this browser until the box has said that it has them.
//
// ECMAScript 2017 and no younger: one word that an old phone cannot read costs it all of this.
"use strict";

(() => {
  const own = document.currentScript.src;
  const source = document.body.dataset.liveFrom;

  // --- live
  const busy = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select") ||
    part.querySelector("details[open]") !== null;

  // Keys that make a form count once are drawn anew with every page: no reason to replace what stands.
  const looks = (part) => {
    const copy = part.cloneNode(true);
    for (const key of copy.querySelectorAll("input[name=once]")) key.setAttribute("value", "");
    return copy.innerHTML;
  };

  const takeOver = (fresh) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other) {
        // This box has joined a community: the explanation gives way to the page itself.
        if (part.hasAttribute("data-left")) location.reload();
        else part.textContent = "";
        continue;
      }
      if (looks(part) === looks(other) && part.className === other.className || busy(part)) continue;
      const low = part.hasAttribute("data-stay-low") &&
        innerHeight + scrollY >= document.documentElement.scrollHeight - 200;
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.className = other.className;
      part.textContent = "";
      part.append(...document.adoptNode(other).childNodes);
      restore(part);
      const same = focused && part.querySelector(`[href="${CSS.escape(focused)}"]`);
      if (same) same.focus();
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
    } catch (error) {
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
    if (stream) stream.close();
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
    } catch (error) {
      return null;
    }
  };
  const TYPED = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([data-no-draft]), textarea:not([data-no-draft])";
  const failed = document.querySelector("[data-failed]") !== null;
  // A page that was merely opened says nothing of what was sent: the line may have broken before it arrived. It
  // arrived where the box led on from it to another page, or marks its answer.
  const arrived = () => {
    const way = performance.getEntriesByType("navigation")[0] || performance.navigation;
    return way.redirectCount > 0 || document.querySelector("[data-done]") !== null;
  };
  const sent = sessionStorage.getItem(SENT);
  if (sent) {
    if (!failed && arrived()) localStorage.removeItem(sent);
    sessionStorage.removeItem(SENT);
  }
  // Besides what was typed: what makes it count once, and what its author saw when he began.
  const beside = (form) => [...form.querySelectorAll("input[name=once], input[name=seen]")];
  const keep = (form) => {
    const fields = [...form.querySelectorAll(TYPED)];
    const values = {};
    for (const field of [...fields, ...beside(form)]) values[field.name] = field.value;
    if (fields.some((field) => field.value)) localStorage.setItem(keyOf(form), JSON.stringify(values));
    else localStorage.removeItem(keyOf(form));
  };
  const restore = (part) => {
    for (const form of part.querySelectorAll("form[data-draft]")) {
      const kept = read(keyOf(form));
      if (!kept) continue;
      // What was on its way when the line broke is the same thing when it is sent again. What answers a form
      // knows better what was seen.
      for (const field of beside(form)) {
        if (!kept[field.name] || field.name === "seen" && failed) continue;
        field.value = kept[field.name];
        field.dataset.kept = "yes";
      }
      if (failed) continue;
      const changes = form.querySelector("input[name=seen]") !== null;
      for (const field of form.querySelectorAll(TYPED)) {
        if (!kept[field.name] || field.value && !changes || field.value === kept[field.name]) continue;
        field.value = kept[field.name];
        const folded = form.closest("details");
        if (folded) folded.setAttribute("open", "");
      }
    }
  };
  restore(document);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) keep(form);
  });
  const leaves = (form) => {
    if (!form.matches("[data-draft]")) return;
    keep(form);
    sessionStorage.setItem(SENT, keyOf(form));
  };
  document.addEventListener("submit", (event) => leaves(event.target));

  // --- photos are made small on the phone: quick over a poor line, and what the camera wrote stays here.
  // What cannot be read here goes as it is; the box says what is wrong with it.
  const SIDE = 1600;
  const small = async (file) => {
    if (!file.type.startsWith("image/")) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "white";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
      return made ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
    } catch (error) {
      return file;
    }
  };
  const shrinking = new WeakMap();
  for (const field of document.querySelectorAll("input[data-shrink]")) {
    let picked = 0;
    field.addEventListener("change", () => {
      const mine = ++picked;
      const work = async () => {
        const all = new DataTransfer();
        for (const file of field.files) all.items.add(await small(file));
        if (mine === picked) field.files = all.files;
      };
      const before = shrinking.get(field.form) || Promise.resolve();
      shrinking.set(field.form, before.then(work).catch(() => {}));
    });
    // Whoever is quicker than his phone waits for it.
    field.form.addEventListener("submit", (event) => {
      const work = shrinking.get(event.target);
      if (!work) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      // Not before this event is over: a form that is being sent does not hear that it shall be.
      work.then(() => setTimeout(() => {
        if (shrinking.get(target) === work) shrinking.delete(target);
        if (target.requestSubmit) return target.requestSubmit(submitter);
        leaves(target);
        target.submit();
      }));
    });
  }

  // --- a form goes off once, however often it is tapped
  document.addEventListener("submit", (event) => {
    // A file is kept, and the page stays.
    if (event.submitter && event.submitter.hasAttribute("data-stays")) return;
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
    picker.addEventListener("change", () => {
      const reader = new FileReader();
      reader.onload = () => document.getElementById(picker.dataset.readInto).value = reader.result;
      if (picker.files[0]) reader.readAsText(picker.files[0]);
    });
  }
  // --- what waits on this phone: only where the box is trusted is there a worker that puts it there
  if (location.protocol === "https:" && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js");
    addEventListener("linli-sent", soon);
    const away = document.createElement("script");
    away.src = own.replace("page.js", "away.js");
    document.head.append(away);
  }
})();
