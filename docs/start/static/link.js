// The link to a project: all answers are in the fragment, which a browser never sends to a server.
//
// #mode=app&backend=flit_core&.file=pyproject.toml&vs.=&vs.backend=hatchling
//
// A question's name contains no dot, so the other keys can't be confused with answers.

const LONGEST = 20000;

/** Return the answers, the answers to compare with (or null), and the file of a fragment. */
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
