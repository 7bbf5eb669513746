// The project: a file tree, and one file as text or as a difference.

import { arrange, byId, element } from "./dom.js";

const SIGNS = { added: "+", changed: "~", removed: "−" };

export function size(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function folderOf(files) {
  const root = { folders: new Map(), files: [] };
  for (const file of files) {
    const names = file.path.split("/");
    let folder = root;
    for (const name of names.slice(0, -1)) {
      if (!folder.folders.has(name)) folder.folders.set(name, { folders: new Map(), files: [] });
      folder = folder.folders.get(name);
    }
    folder.files.push({ ...file, name: names.at(-1) });
  }
  return root;
}

function list({ folders, files }, selected, select) {
  return element(
    "ul",
    {},
    ...[...folders].map(([name, folder]) =>
      element("li", {}, element("span", { class: "folder" }, `${name}/`), list(folder, selected, select)),
    ),
    ...files.map((file) =>
      element(
        "li",
        {},
        element(
          "button",
          {
            type: "button",
            class: `file ${file.state}`,
            "aria-current": file.path === selected ? "true" : false,
            "data-path": file.path,
            click: () => select(file.path),
          },
          element("span", { class: "name" }, file.name),
          file.state
            ? element(
                "span",
                { class: "state" },
                element("span", { "aria-hidden": "true" }, SIGNS[file.state]),
                element("span", { class: "hidden" }, file.state),
              )
            : null,
          element("span", { class: "size" }, size(file.size)),
        ),
      ),
    ),
  );
}

/** Show the files as a tree. `select` is called with the path of a clicked file. */
export function showTree(files, selected, select) {
  const focused = document.activeElement?.dataset?.path;
  arrange(byId("tree"), [list(folderOf(files), selected, select)]);
  if (focused) byId("tree").querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
}

/** Return a summary of the files. */
export function summary(files, milliseconds) {
  const count = (state) => files.filter((file) => file.state === state).length;
  const shown = files.filter((file) => file.state !== "removed");
  const bytes = shown.reduce((sum, file) => sum + file.size, 0);
  const changes = ["added", "changed", "removed"]
    .filter((state) => count(state))
    .map((state) => `${count(state)} ${state}`);
  const facts = [`${shown.length} files, ${size(bytes)}`, ...changes];
  return `${facts.join(" · ")} (${(milliseconds / 1000).toFixed(2)} s)`;
}

function lines(tokens) {
  const found = [[]];
  for (const [kind, text] of tokens) {
    text.split("\n").forEach((part, index) => {
      if (index) found.push([]);
      if (part) found.at(-1).push(kind ? element("span", { class: kind }, part) : part);
    });
  }
  if (found.at(-1).length === 0) found.pop();
  return found;
}

function fileView(tokens) {
  const code = element("code", {});
  lines(tokens).forEach((parts) => code.append(element("span", { class: "line" }, ...parts, "\n")));
  return element("pre", { class: "code highlight" }, code);
}

function cell(kind, sign, number, text) {
  if (number === null) return [element("td", { class: "number" }), element("td", { class: "none" })];
  return [
    element("td", { class: `number ${kind}` }, String(number)),
    element("td", { class: kind }, sign ? element("span", { class: "sign" }, sign) : null, text || " "),
  ];
}

function differenceView(rows) {
  const body = element("tbody", {});
  for (const [kind, left, old, right, now] of rows) {
    if (kind === "skip") {
      body.append(element("tr", { class: "gap" }, element("td", { colspan: 4 }, "⋯")));
      continue;
    }
    const changed = kind !== "equal";
    body.append(
      element(
        "tr",
        { class: kind },
        ...cell(changed ? "removed" : "", changed ? "−" : "", left, old),
        ...cell(changed ? "added" : "", changed ? "+" : "", right, now),
      ),
    );
  }
  const head = element(
    "thead",
    { class: "hidden" },
    element("tr", {}, ...["Line", "Before", "Line", "After"].map((title) => element("th", {}, title))),
  );
  const columns = element(
    "colgroup",
    {},
    ...["number", "", "number", ""].map((kind) => element("col", { class: kind })),
  );
  return element("table", { class: "difference" }, columns, head, body);
}

/** Show a file. `wants` is the preferred view of a changed file: "file" or "difference". */
export function showFile(file, contents, wants) {
  const differs = file.state !== "" && contents.rows !== null;
  const view = differs ? wants : "file";
  byId("file-name").textContent = file.path + (file.executable ? " (executable)" : "");
  byId("views").hidden = !differs;
  for (const button of byId("views").children) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  const shown =
    view === "difference"
      ? differenceView(contents.rows)
      : contents.tokens === null
        ? element("p", { class: "hint" }, "This file isn't text.")
        : contents.tokens.length === 0
          ? element("p", { class: "hint" }, "This file is empty.")
          : fileView(contents.tokens);
  arrange(byId("contents"), [shown]);
}
