// The state of the page and the actions of its buttons.

import { arrange, byId, element } from "./dom.js";
import * as form from "./form.js";
import * as link from "./link.js";
import * as python from "./python.js";
import * as result from "./result.js";

// The questions that the form shows first. The template asks others before them.
const FIRST = ["preset", "mode", "project_name"];

// The delay after a key press, in milliseconds.
const PAUSE = 250;

const state = {
  settings: null,
  answers: new Map(),
  pinned: null,
  path: null,
  view: "difference",
  shell: /Win/.test(navigator.platform) ? "powershell" : "bash",
  shown: null,
  contents: null,
  milliseconds: 0,
};

let timer;
let isRunning = false;
let isStale = false;

function fail(error) {
  byId("loading").hidden = true;
  byId("failure").hidden = false;
  byId("failure").textContent = `This page can't continue. Reload it, or run Copier in a terminal. (${error.message})`;
}

/** Show the project for the current answers. If they change during a render, render again. */
async function refresh() {
  if (isRunning) {
    isStale = true;
    return;
  }
  isRunning = true;
  byId("result").setAttribute("aria-busy", "true");
  try {
    do {
      isStale = false;
      const { result: shown, milliseconds } = await python.call(
        "show",
        Object.fromEntries(state.answers),
        state.pinned && Object.fromEntries(state.pinned),
      );
      if (!isStale) await accept(shown, milliseconds);
    } while (isStale);
  } catch (error) {
    fail(error);
  } finally {
    isRunning = false;
    byId("result").setAttribute("aria-busy", "false");
  }
}

async function accept(shown, milliseconds) {
  state.shown = shown;
  state.milliseconds = milliseconds;
  // Links and commands omit answers that equal the default.
  for (const { name, given, error } of shown.questions) if (!given && !error) state.answers.delete(name);
  const names = new Set(shown.questions.map(({ name }) => name));
  for (const name of state.answers.keys()) if (!names.has(name)) state.answers.delete(name);
  notices(shown.notices);
  form.show(shown.questions, FIRST, answer);
  if (state.answers.get("preset") === "custom") expand(true);
  await showProject();
  history.replaceState(null, "", link.write(state.answers, state.pinned, state.path));
  byId("page").hidden = false;
  byId("loading").hidden = true;
  document.body.dataset.ready = String(Number(document.body.dataset.ready ?? 0) + 1);
}

async function showProject() {
  const { files, commands, errors } = state.shown;
  byId("command").textContent = commands[state.shell];
  const note = state.shell === "powershell" && commands.powershell.includes('"');
  byId("command-note").textContent = note
    ? "An answer contains quotation marks. This command requires PowerShell 7.3 or newer."
    : "";
  byId("invalid").hidden = errors.length === 0;
  byId("invalid").textContent = errors.length
    ? `Correct the marked ${errors.length === 1 ? "answer" : "answers"}. These files are for the previous answers. ${
        state.shown.questions.some(({ error }) => error) ? "" : errors[0]
      }`
    : "";
  for (const id of ["zip", "answers-file"]) byId(id).disabled = errors.length > 0;
  byId("summary").textContent = result.summary(files, state.milliseconds);
  showPinned();
  const paths = files.map(({ path }) => path);
  if (!paths.includes(state.path)) {
    state.path = paths.includes("pyproject.toml") ? "pyproject.toml" : paths[0];
  }
  await select(state.path);
}

/** Show the file tree and one file. */
async function select(path) {
  state.path = path;
  const { files } = state.shown;
  const changed = files.filter((file) => file.state !== "");
  byId("only-label").hidden = changed.length === 0;
  const only = byId("only").checked && changed.length > 0;
  result.showTree(only ? changed : files, path, (chosen) => {
    select(chosen).then(() => history.replaceState(null, "", link.write(state.answers, state.pinned, chosen)));
  });
  const file = files.find((each) => each.path === path);
  state.contents = (await python.call("view", path)).result;
  result.showFile(file, state.contents, state.view);
  jump();
}

function jump() {
  const changed = state.shown.files.filter((file) => file.state !== "").length;
  byId("jump").hidden = false;
  byId("jump").textContent = changed ? `See ${changed} changed files ↓` : "See the project ↓";
}

function showPinned() {
  const box = byId("pinned");
  box.hidden = state.pinned === null;
  byId("pin").hidden = state.pinned !== null;
  if (state.pinned === null) return;
  const described = [...state.pinned].map(([name, value]) => `${name}=${value}`).join(", ");
  arrange(box, [
    element("p", {}, "Compared with ", element("code", {}, described || "the defaults")),
    element(
      "button",
      {
        type: "button",
        click: () => {
          [state.answers, state.pinned] = [state.pinned, state.answers];
          refresh();
        },
      },
      "Swap",
    ),
    element(
      "button",
      {
        type: "button",
        click: () => {
          state.pinned = null;
          refresh();
        },
      },
      "Stop comparing",
    ),
  ]);
}

function notices(texts) {
  arrange(byId("notices"), texts.map((text) => element("p", { class: "notice" }, text)));
}

/** Store an answer from the form, or return to the default if it is null. */
function answer(name, value, isTyping = false) {
  if (value === null) state.answers.delete(name);
  else state.answers.set(name, value);
  clearTimeout(timer);
  timer = setTimeout(refresh, isTyping ? PAUSE : 0);
}

function expand(open) {
  form.expand(open);
  byId("expand").setAttribute("aria-expanded", String(open));
  byId("expand").textContent = open ? "Collapse all" : "Expand all";
}

function download(name, contents, type) {
  const url = URL.createObjectURL(new Blob([contents], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    getSelection().selectAllChildren(byId(button.dataset.copy === "file" ? "contents" : "command"));
  }
  setTimeout(() => (button.textContent = label), 1500);
}

function listen() {
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("expand").addEventListener("click", () => expand(byId("expand").textContent === "Expand all"));
  byId("only").addEventListener("change", () => select(state.path));
  byId("zip").addEventListener("click", async () => {
    const { result: archive } = await python.call("archive");
    download(`${state.shown.folder}.zip`, archive, "application/zip");
  });
  byId("answers-file").addEventListener("click", async () => {
    const { result: contents } = await python.call("view", ".copier-answers.yml");
    download("answers.yml", contents.text, "application/yaml");
  });
  byId("share").addEventListener("click", (event) => copy(event.currentTarget, location.href));
  byId("reset").addEventListener("click", () => {
    state.answers = new Map(Object.entries(state.settings.required));
    state.pinned = null;
    refresh();
  });
  byId("pin").addEventListener("click", () => {
    state.pinned = new Map(state.answers);
    refresh();
  });
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () =>
      copy(button, button.dataset.copy === "file" ? state.contents.text : byId("command").textContent),
    );
  }
  for (const button of document.querySelectorAll("[data-shell]")) {
    button.addEventListener("click", () => {
      state.shell = button.dataset.shell;
      showShell();
      showProject();
    });
  }
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => {
      state.view = button.dataset.view;
      select(state.path);
    });
  }
  addEventListener("hashchange", () => {
    open(location.hash);
    refresh();
  });
}

function showShell() {
  for (const button of document.querySelectorAll("[data-shell]")) {
    button.setAttribute("aria-pressed", String(button.dataset.shell === state.shell));
  }
}

/** Load the answers of the current link. */
function open(hash) {
  const { answers, pinned, file } = link.read(hash);
  const required = Object.entries(state.settings.required);
  state.answers = new Map([...required, ...answers]);
  state.pinned = pinned && new Map([...required, ...pinned]);
  state.path = file;
}

async function main() {
  byId("loading").hidden = false;
  if (location.protocol === "file:") {
    throw new Error("Browsers can load this page only from a server, such as python -m http.server");
  }
  python.start((step, text) => {
    byId("progress").value = step;
    byId("progress-text").textContent = text;
  });
  state.settings = await (await fetch("settings.json")).json();
  byId("version").textContent = `Template ${state.settings.address}, version ${state.settings.commit ?? "unknown"}.`;
  listen();
  showShell();
  open(location.hash);
  await refresh();
  form.openChanged();
}

main().catch(fail);
