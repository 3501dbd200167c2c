// Makes the pages live. Without it they work the same, by reloading.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const WIDE = matchMedia("(min-width: 64rem)");
const MOST = 200; // as many as the server lists

// --- The list of calls ---------------------------------------------------------------------------

const live = {
  source: null,
  isPaused: false,
  last: 0,
  asked: 0,
  unsaid: 0,

  start() {
    const list = $("#calls");
    live.last = Number(list.dataset.last);
    $("#pause").hidden = false;
    $("#pause").addEventListener("click", () => (live.isPaused ? live.resume() : live.pause()));
    $("#filter .go").hidden = true;
    $("#filter").addEventListener("submit", live.filter);
    let typing;
    $("#filter").addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(live.filter, 150);
    });
    list.addEventListener("keydown", live.step);
    live.resume();
  },

  resume() {
    live.close();
    live.isPaused = false;
    const query = new URLSearchParams(new FormData($("#filter")));
    query.set("after", live.last);
    live.source = new EventSource(`/inspector/events?${query}`);
    live.source.onopen = () => live.tell("Live", true);
    live.source.onerror = () => live.tell("Connecting …", false);
    live.source.addEventListener("call", live.add);
    live.source.addEventListener("cleared", live.clear);
    live.source.addEventListener("faults", (event) => faults.show(event.data));
    $("#pause").textContent = "Pause";
  },

  close() {
    live.source?.close();
    live.source = null;
  },

  pause() {
    live.close();
    live.isPaused = true;
    live.tell("Paused", false);
    $("#pause").textContent = "Resume";
  },

  tell(words, isLive) {
    $("#live").textContent = words;
    $("#live").classList.toggle("on", isLive);
  },

  add(event) {
    live.last = Number(event.lastEventId);
    const list = $("#calls");
    list.insertAdjacentHTML("afterbegin", event.data);
    list.firstElementChild.classList.add("fresh");
    while (list.children.length > MOST) list.lastElementChild.remove();
    $("#none").hidden = true;
    list.hidden = false;
    if (!live.unsaid++) setTimeout(live.say, 1000); // a burst is said in one sentence
  },

  clear() {
    live.last = 0;
    $("#calls").replaceChildren();
    $("#calls").hidden = true;
    $("#none").hidden = false;
  },

  say() {
    if (!$("#calls a")) return void (live.unsaid = 0);
    const newest = $("#calls a").dataset.said;
    $("#news").textContent = live.unsaid === 1 ? newest : `${live.unsaid} calls. The last: ${newest}`;
    live.unsaid = 0;
  },

  async filter(event) {
    event?.preventDefault?.();
    const query = new URLSearchParams(new FormData($("#filter")));
    const turn = ++live.asked;
    const page = await fetched(`${location.pathname}?${query}`);
    if (!page || turn !== live.asked) return; // something else was asked for since
    for (const id of ["calls", "none"]) $(`#${id}`).replaceWith($(`#${id}`, page));
    history.replaceState(null, "", `?${query}`);
    $("#calls").addEventListener("keydown", live.step);
    live.last = Number($("#calls").dataset.last);
    mark();
    if (!live.isPaused) live.resume();
  },

  step(event) {
    const move = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const link = move && event.target.closest("li")?.[move]?.firstElementChild;
    if (!link) return;
    event.preventDefault();
    link.focus();
    if (WIDE.matches) open(link.href);
  },
};

// --- One call, beside the list -------------------------------------------------------------------

let opened = 0;

async function open(address, { push = true } = {}) {
  const turn = ++opened;
  const page = await fetched(address);
  if (turn !== opened) return;
  if (!page) return void ($("#news").textContent = "This call is not kept any more");
  $("#chosen").replaceWith($("#chosen", page));
  $(".desk").className = $(".desk", page).className;
  document.title = page.title;
  $("#news").textContent = page.title;
  if (push) history.pushState(null, "", address);
  mark();
}

function mark() {
  for (const link of document.querySelectorAll("#calls a")) {
    const isOpen = new URL(link.href).pathname === location.pathname;
    isOpen ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}

async function fetched(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// --- Faults that wait for their calls ------------------------------------------------------------

const faults = {
  show(markup) {
    const page = new DOMParser().parseFromString(markup, "text/html");
    for (const id of ["waiting", "pending"]) $(`#${id}`)?.replaceWith($(`#${id}`, page));
  },

  source: null,

  resume() {
    faults.source = new EventSource("/inspector/events");
    faults.source.addEventListener("faults", (event) => faults.show(event.data));
  },

  close() {
    faults.source.close();
  },
};

// --- Every page ----------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    const words = button.textContent;
    const text = document.getElementById(button.dataset.copy).textContent;
    const isCopied = await copied(text);
    button.textContent = isCopied ? "Copied" : "Select it and copy";
    $("#news").textContent = button.textContent;
    setTimeout(() => (button.textContent = words), 1600);
    return;
  }
  const link = event.target.closest("#calls a");
  if (link && WIDE.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link.href);
  }
});

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the page was opened by an address that the browser does not trust
  }
}

document.documentElement.classList.add("scripted");
const stream = $("#calls") ? live : faults;
if (stream === live) {
  live.start();
  addEventListener("popstate", () => open(location.href, { push: false }));
} else {
  faults.resume();
}

// A browser has few connections for one host, and pages that nobody sees need none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream.close();
  else if (!live.isPaused) stream.resume();
});
