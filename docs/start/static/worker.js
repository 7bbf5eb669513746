// Runs Python in the background to keep the page responsive.

import { loadPyodide } from "./runtime/pyodide.mjs";

const PACKAGES = "/packages";

async function bytes(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} can't be loaded: ${response.status}`);
  return response.arrayBuffer();
}

function report(step, text) {
  postMessage({ step, text });
}

async function start() {
  report(0, "Loading Python");
  const [pyodide, packages, template, settings] = await Promise.all([
    loadPyodide({ indexURL: new URL("runtime/", import.meta.url).href }),
    bytes("runtime/packages.zip"),
    bytes("template.zip"),
    bytes("settings.json"),
  ]);
  report(2, "Loading Copier");
  pyodide.unpackArchive(packages, "zip", { extractDir: PACKAGES });
  pyodide.unpackArchive(template, "zip", { extractDir: "/template" });
  pyodide.FS.writeFile("/settings.json", new Uint8Array(settings));
  pyodide.runPython(`import sys; sys.path.insert(0, ${JSON.stringify(PACKAGES)})`);
  pyodide.runPython("import start_page");
  report(4, "Reading the questions");
  return pyodide.runPython(`
import json
from pathlib import Path
start_page.Page(Path("/template"), Path("/work"), json.loads(Path("/settings.json").read_text()))
`);
}

const page = start();

// Each response repeats the number of its request.
onmessage = async ({ data: { id, method, parameters } }) => {
  try {
    const python = await page;
    if (method === "archive") {
      const archive = python.archive();
      const buffer = archive.toJs().slice().buffer;
      archive.destroy();
      postMessage({ id, result: buffer }, [buffer]);
    } else {
      const started = performance.now();
      const result = JSON.parse(python.call(method, JSON.stringify(parameters)));
      postMessage({ id, result, milliseconds: performance.now() - started });
    }
  } catch (error) {
    postMessage({ id, error: String(error.message ?? error) });
  }
};
