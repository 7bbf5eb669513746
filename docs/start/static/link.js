// Links to projects. The answers are in the fragment, which browsers never send to a server.
//
// #mode=app&backend=flit_core&.file=pyproject.toml&vs.=&vs.backend=hatchling
//
// The other keys contain a dot, so they can't be confused with the names of questions.

const LONGEST = 20000;

/** Parse a fragment into the answers, the answers to compare with (or null), and the file. */
export function read(hash) {
  const answers = new Map();
  let pinned = null;
  let file = null;
  const text = hash.replace(/^#/, "");
  if (text.length > LONGEST) return { answers, pinned, file };
  for (const [key, value] of new URLSearchParams(text)) {
    if (key === ".file") file = value;
    else if (key.startsWith("vs.")) {
      pinned ??= new Map();
      if (/^\w+$/.test(key.slice(3))) pinned.set(key.slice(3), value);
    } else if (/^\w+$/.test(key)) answers.set(key, value);
  }
  return { answers, pinned, file };
}

/** Return the fragment for a project. */
export function write(answers, pinned, file) {
  const parameters = new URLSearchParams([...answers]);
  if (file) parameters.set(".file", file);
  if (pinned) {
    parameters.set("vs.", "");
    for (const [name, value] of pinned) parameters.set(`vs.${name}`, value);
  }
  return `#${parameters}`;
}
