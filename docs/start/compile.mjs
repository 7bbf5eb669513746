// Compiles Python modules with Pyodide, because compiled files work only with the same Python version.
// Usage: node compile.mjs PYODIDE FOLDER
import { pathToFileURL } from "node:url";
import path from "node:path";

const [pyodideFolder, packages] = process.argv.slice(2).map((name) => path.resolve(name));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: pyodideFolder + path.sep });
pyodide.FS.mkdirTree("/packages");
pyodide.mountNodeFS("/packages", packages);
// Write the compiled files, without docstrings, next to the sources. The page doesn't need the sources.
const compiled = pyodide.runPython(`
import compileall, py_compile
compileall.compile_dir(
    "/packages", quiet=1, ddir="", legacy=True, optimize=2,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`);
// Remove unused Pygments lexers. All of them together would be a tenth of the download.
pyodide.runPython(`
import sys, pathlib
sys.path.insert(0, "/packages")
import start_page
from pygments.lexers import get_lexer_for_filename
for name in start_page.HIGHLIGHTED:
    get_lexer_for_filename(name)
for file in pathlib.Path("/packages/pygments/lexers").glob("*.py"):
    if f"pygments.lexers.{file.stem}" not in sys.modules and not file.stem.startswith("__"):
        file.with_suffix(".pyc").unlink()
        file.unlink()
`);
process.exit(compiled ? 0 : 1);
