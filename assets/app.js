// What the pages can do beyond plain HTML: uploads with progress, local times, a link to copy. Every page works without
// this script. Both apps serve this file; it is loaded in <head>, so that nothing flashes that it replaces.
"use strict";

{
  const AT_ONCE = 3;
  const RETRIES = 3;
  const LONGEST_WAIT_SECONDS = 60;

  document.documentElement.classList.add("js");

  document.addEventListener("DOMContentLoaded", () => {
    localiseTimes(document);
    forgetMessages();
    const form = document.getElementById("upload");
    if (form) new Uploads(form);
    const link = document.getElementById("link");
    if (link) offerToCopy(link, document.getElementById("copy"));
  });

  /** A failure in words for a person. */
  class Failure extends Error {
    constructor(message, mayPass = false) {
      super(message);
      this.mayPass = mayPass;
    }
  }

  /** All uploads of the page: at most AT_ONCE run, the others wait. */
  class Uploads {
    constructor(form) {
      this.input = form.querySelector("input[type=file]");
      this.list = document.getElementById("progress");
      this.summary = document.getElementById("summary");
      this.target = { upload: form.action, direct: form.dataset.direct && new URL(form.dataset.direct, form.action).href };
      this.maxBytes = Number(form.dataset.maxBytes) || Infinity;
      this.maxFiles = Number(form.dataset.maxFiles) || Infinity;
      this.queue = [];
      this.running = 0;
      this.stored = 0;

      form.addEventListener("submit", (event) => event.preventDefault());
      this.input.addEventListener("change", () => {
        this.add([...this.input.files]);
        this.input.value = "";
      });
      this.acceptDrops();
      addEventListener("beforeunload", (event) => {
        if (this.busy) event.preventDefault();
      });
    }

    get busy() {
      return this.running > 0 || this.queue.length > 0;
    }

    add(files, folders = []) {
      for (const message of document.querySelectorAll("main > .flash")) message.remove();
      this.say("");
      if (files.length > this.maxFiles) {
        this.say(`more than ${this.maxFiles} files in one upload: send at most ${this.maxFiles} at a time`, true);
        return;
      }
      for (const name of folders) this.newRow(name).fail(`${quoted(name)} is a folder: choose the images in it`);
      for (const file of files) {
        const row = this.newRow(file.name, file.size);
        if (file.size > this.maxBytes) {
          row.fail(`${quoted(file.name)} is larger than the limit of ${size(this.maxBytes)}: send a smaller image`);
        } else if (file.size === 0) {
          row.fail(`${quoted(file.name)} is empty: choose a file with content`);
        } else {
          this.enqueue(file, row);
        }
      }
      this.next();
    }

    newRow(name, bytes) {
      const row = new Row(name, bytes, () => this.focusAfter(row));
      this.list.append(row.element);
      return row;
    }

    enqueue(file, row) {
      const controller = new AbortController();
      const cancel = () => {
        controller.abort();
        this.queue = this.queue.filter((job) => job.row !== row);
        row.remove();
        this.finishIfIdle();
      };
      row.wait("waiting for its turn", cancel);
      this.queue.push({ file, row, signal: controller.signal });
    }

    next() {
      while (this.running < AT_ONCE && this.queue.length > 0) {
        this.running += 1;
        this.run(this.queue.shift());
      }
    }

    async run({ file, row, signal }) {
      const upload = this.target.direct ? uploadDirectly : uploadByForm;
      try {
        await upload(this.target, file, row, signal);
        this.stored += 1;
        row.succeed();
      } catch (error) {
        const again = error.mayPass ? () => { this.enqueue(file, row); this.next(); } : undefined;
        if (!signal.aborted) row.fail(error instanceof Failure ? error.message : `the upload failed: ${error.message}`, again);
      }
      this.running -= 1;
      this.next();
      this.finishIfIdle();
    }

    async finishIfIdle() {
      if (this.busy || this.stored === 0) return;
      const stored = this.stored;
      this.stored = 0;
      const shown = await refreshGallery();
      for (const element of this.list.querySelectorAll(".row.stored")) element.remove();
      const text = stored === 1 ? "1 image stored." : `${stored} images stored.`;
      this.say(shown ? text : `${text} Reload the page to see what is new.`);
    }

    say(text, bad = false) {
      this.summary.classList.toggle("bad", bad);
      this.summary.textContent = capitalised(text);
    }

    /** Where the keyboard goes on when the row with the focus is about to leave. */
    focusAfter(row) {
      const other = row.element.nextElementSibling ?? row.element.previousElementSibling;
      (other?.querySelector("button") ?? this.input).focus();
    }

    acceptDrops() {
      const root = document.documentElement;
      const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
      addEventListener("dragover", (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        root.classList.add("dragging");
      });
      addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) root.classList.remove("dragging");
      });
      addEventListener("drop", (event) => {
        root.classList.remove("dragging");
        if (!holdsFiles(event)) return;
        event.preventDefault();
        const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
        const folders = entries.filter((entry) => entry?.isDirectory).map((entry) => entry.name);
        this.add([...event.dataTransfer.files].filter((file) => !folders.includes(file.name)), folders);
      });
    }
  }

  /** What the page shows of one file. */
  class Row {
    constructor(name, bytes, beforeRemoval) {
      this.name = name;
      this.beforeRemoval = beforeRemoval;
      this.bar = element("progress", { max: 1, value: 0, ariaLabel: `Upload of ${name}` });
      // The bar says the same to a screen reader, but only when it is asked.
      this.percent = element("span", { className: "percent quiet", ariaHidden: "true" });
      this.status = element("span", { className: "status" });
      this.actions = element("span", { className: "actions" });
      this.element = element("li", { className: "row" });
      this.element.append(
        element("span", { className: "name", textContent: name, title: name }),
        element("span", { className: "size quiet", textContent: bytes === undefined ? "" : size(bytes) }),
        this.bar, this.status, this.percent, this.actions,
      );
    }

    wait(text, cancel) {
      this.show("waiting", text);
      this.bar.hidden = false;
      this.bar.value = 0;
      this.offer({ Cancel: cancel });
    }

    /** A share between 0 and 1 of what is to be sent. */
    progress(share) {
      if (share < 1) {
        this.show("sending", "uploading");
        this.bar.value = share;
        this.percent.textContent = `${Math.floor(share * 100)} %`;
      } else {
        this.show("storing", "storing");
        this.bar.removeAttribute("value");
      }
    }

    pause(text) {
      this.show("waiting", text);
      this.bar.value = 0;
    }

    succeed() {
      this.show("stored", "stored");
      this.bar.value = 1;
      this.offer({});
    }

    fail(text, again) {
      this.show("failed", text);
      this.bar.hidden = true;
      this.offer({ ...(again && { "Try again": again }), Dismiss: () => this.remove() });
    }

    remove() {
      if (this.element.contains(document.activeElement)) this.beforeRemoval();
      this.element.remove();
    }

    show(state, text) {
      this.percent.textContent = "";
      this.element.className = `row ${state}`;
      const sentence = capitalised(text);
      // The list is a live region: what did not change is not said again.
      if (this.status.textContent !== sentence) this.status.textContent = sentence;
    }

    offer(actions) {
      const hadFocus = this.actions.contains(document.activeElement);
      this.actions.replaceChildren(...Object.entries(actions).map(([text, act]) => {
        const button = element("button", { type: "button", className: "plain small", textContent: text });
        button.ariaLabel = `${text}: ${this.name}`;
        button.addEventListener("click", act);
        return button;
      }));
      if (!hadFocus) return;
      const button = this.actions.querySelector("button");
      if (button) button.focus();
      else this.beforeRemoval();
    }
  }

  async function uploadByForm({ upload }, file, row, signal) {
    const body = new FormData();
    body.append("fileToUpload", file);
    await answer(upload, { body, row, signal, onProgress: (share) => row.progress(share) });
  }

  /** The app says where in S3 the file may go, S3 takes it, the app looks at it. */
  async function uploadDirectly({ direct }, file, row, signal) {
    row.progress(0);
    const form = await answer(direct, { body: json({ name: file.name, size: file.size, type: file.type }), row, signal });
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append("file", file);
    await answer(form.url, { body, row, signal, onProgress: (share) => row.progress(share) });
    await answer(`${direct}/complete`, { body: json({ key: form.key }), row, signal });
  }

  /** Sends until the answer is no 503, at most RETRIES times more; gives the JSON of a success. */
  async function answer(url, options) {
    for (let left = RETRIES; ; left -= 1) {
      const response = await send(url, options);
      const content = parsed(response.responseText);
      if (response.status >= 200 && response.status < 300) return content;
      const message = content?.error ?? `the upload was refused (HTTP ${response.status}): try again in a moment`;
      if (response.status !== 503 || left === 0) throw new Failure(message, response.status >= 500);
      const seconds = secondsToWait(response);
      options.row.pause(`waiting: the server is busy, next try in ${Math.ceil(seconds)} s`);
      await pause(seconds, options.signal);
    }
  }

  /** A POST by XMLHttpRequest, because fetch tells nothing of how much it has sent. */
  function send(url, { body, signal, onProgress }) {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("Accept", "application/json");
      if (typeof body === "string") request.setRequestHeader("Content-Type", "application/json");
      if (onProgress) {
        onProgress(0);
        request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
      }
      request.addEventListener("load", () => resolve(request));
      request.addEventListener("error", () => reject(new Failure("the connection was lost: check it and try again", true)));
      request.addEventListener("abort", () => reject(new Failure("cancelled")));
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(body);
    });
  }

  function secondsToWait(response) {
    const header = response.getResponseHeader("Retry-After") ?? "";
    const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
    return Math.min(Math.max(seconds || 1, 1), LONGEST_WAIT_SECONDS);
  }

  function pause(seconds, signal) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, seconds * 1000);
      signal.addEventListener("abort", () => { clearTimeout(timer); reject(new Failure("cancelled")); }, { once: true });
    });
  }

  /** Replaces the gallery by that of a fresh page, without touching anything else; false when that failed. */
  async function refreshGallery() {
    try {
      const response = await fetch(".", { cache: "no-store" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = response.ok && page.getElementById("gallery");
      const old = document.getElementById("gallery");
      if (!fresh || !old) return false;
      const links = (gallery) => [...gallery.querySelectorAll("a")];
      const known = new Set(links(old).map((link) => link.getAttribute("href")));
      const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      for (const figure of fresh.querySelectorAll("figure")) {
        figure.classList.toggle("new", !known.has(figure.querySelector("a")?.getAttribute("href")));
      }
      localiseTimes(fresh);
      old.replaceWith(document.adoptNode(fresh));
      if (focused) links(fresh).find((link) => link.getAttribute("href") === focused)?.focus();
      // The newest images are shown now, whatever page of older ones this was.
      history.replaceState(null, "", ".");
      return true;
    } catch {
      return false;
    }
  }

  /** Days in the gallery, days and times elsewhere, in the reader's own language and zone. */
  function localiseTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      const exact = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
      time.title = exact;
      time.textContent = time.closest("figure") ? moment.toLocaleDateString(undefined, { dateStyle: "medium" }) : exact;
    }
  }

  /** A message of what just happened does not come back when the page is reloaded. */
  function forgetMessages() {
    const url = new URL(location.href);
    const before = url.search;
    for (const name of ["uploaded", "deleted"]) url.searchParams.delete(name);
    if (url.search !== before) history.replaceState(null, "", url);
  }

  function offerToCopy(field, button) {
    field.value = new URL(field.value, location.href).href;
    field.addEventListener("focus", () => field.select());
    const label = button.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // Without HTTPS there is no clipboard API: what is selected can still be copied.
        field.select();
        if (!document.execCommand("copy")) return;
        button.focus();
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  /** A size as the server writes it. */
  function size(bytes) {
    for (const [unit, power] of [["GiB", 30], ["MiB", 20], ["KiB", 10]]) {
      if (bytes >= 2 ** power) return `${Math.floor((bytes * 10) / 2 ** power) / 10} ${unit}`;
    }
    return `${bytes} bytes`;
  }

  function quoted(name) {
    return `"${name}"`;
  }

  function capitalised(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  function json(value) {
    return JSON.stringify(value);
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }
}
