// The form: one field for each question that Copier asks, with the same order and wording.

import { arrange, byId, element } from "./dom.js";

const fields = new Map();
const sections = new Map();

/** Split a label such as "flit_core - the smallest" into its name and description. */
function labelParts(label) {
  const [, name, description] = /^(.*?)(?: - (.*))?$/s.exec(label);
  return { name, description };
}

function choiceCard(question, [value, label, unavailable], answer) {
  const { name, description } = labelParts(label);
  const input = element("input", {
    type: question.multiselect ? "checkbox" : "radio",
    name: `q-${question.name}`,
    value,
    change: () => answer(),
  });
  const reason = element("span", { class: "reason" });
  const card = element(
    "label",
    { class: "choice" },
    input,
    element(
      "span",
      {},
      element("strong", {}, name),
      description ? element("span", { class: "description" }, description) : null,
      reason,
    ),
  );
  return { card, input, reason };
}

/** Create a field. Its `update` shows a question. Each new answer is passed to `answer`. */
function createField(question, answer) {
  const id = `q-${question.name}`;
  const help = element("span", { class: "help" });
  const reset = element(
    "button",
    { type: "button", class: "reset", click: () => answer(question.name, null) },
    "Reset",
  );
  const error = element("p", { class: "error", id: `${id}-error` });
  const isChoice = question.choices.length > 0;
  const cards = question.choices.map((choice) =>
    choiceCard(question, choice, () => {
      const chosen = cards.filter(({ input }) => input.checked).map(({ input }) => input.value);
      answer(question.name, question.multiselect ? JSON.stringify(chosen) : chosen[0]);
    }),
  );
  let root;
  let input;
  if (isChoice) {
    root = element(
      "fieldset",
      { class: "field", "aria-describedby": error.id },
      element("legend", {}, help),
      reset,
      element("div", { class: cards.length === 3 ? "choices few" : "choices" }, ...cards.map(({ card }) => card)),
      error,
    );
  } else if (question.type === "bool") {
    input = element("input", {
      type: "checkbox",
      id,
      class: "toggle",
      "aria-describedby": error.id,
      change: () => answer(question.name, String(input.checked)),
    });
    root = element(
      "div",
      { class: "field yes-no" },
      element("label", { for: id }, input, help),
      reset,
      error,
    );
  } else {
    input = element(question.multiline ? "textarea" : "input", {
      id,
      class: question.type === "str" ? "" : "code-input",
      spellcheck: "false",
      autocapitalize: "off",
      "aria-describedby": error.id,
      input: () => answer(question.name, input.value, true),
    });
    root = element(
      "div",
      { class: "field" },
      element("label", { for: id }, help),
      reset,
      input,
      error,
    );
  }
  root.dataset.question = question.name;

  function update(now) {
    help.textContent = now.help;
    reset.hidden = !now.given || now.default === null;
    reset.setAttribute("aria-label", `Reset: ${now.help}`);
    root.classList.toggle("given", now.given);
    root.classList.toggle("wrong", now.error !== "");
    error.textContent = now.error;
    if (isChoice) {
      const chosen = now.multiselect && !now.error ? JSON.parse(now.answer) : [now.answer];
      cards.forEach(({ card, input: box, reason }, index) => {
        const [value, , unavailable] = now.choices[index];
        box.checked = chosen.includes(value);
        box.disabled = unavailable !== "" && !box.checked;
        card.classList.toggle("unavailable", box.disabled);
        reason.textContent = unavailable ? `Unavailable: ${unavailable}` : "";
      });
    } else if (question.type === "bool") {
      input.checked = now.answer === "true";
    } else {
      input.setAttribute("aria-invalid", String(now.error !== ""));
      input.setAttribute("placeholder", now.placeholder);
      // Never change a field while it is being edited.
      if (document.activeElement !== input) input.value = now.answer;
    }
  }
  return { root, update };
}

/** Return the properties that determine a field's elements. All others can be updated in place. */
function shape(question) {
  const labels = question.choices.map(([value, label]) => [value, label]);
  return JSON.stringify([question.type, question.multiselect, question.multiline, labels]);
}

function fieldOf(question, answer) {
  const known = fields.get(question.name);
  if (known?.shape === shape(question)) return known;
  const field = { ...createField(question, answer), shape: shape(question) };
  fields.set(question.name, field);
  return field;
}

function sectionOf(title) {
  if (!sections.has(title)) {
    const count = element("span", { class: "count" });
    const body = element("div", { class: "group" });
    const heading = element("summary", {}, element("span", {}, title), count);
    sections.set(title, { root: element("details", {}, heading, body), body, count });
  }
  return sections.get(title);
}

/**
 * Show questions.
 *
 * The first group is always open. The questions in `first` come first in it.
 */
export function show(questions, first, answer) {
  const titles = [...new Set(questions.map(({ group }) => group))];
  const inGroup = (title) => questions.filter(({ group }) => group === title);
  const nodes = (shown) =>
    shown.map((question) => {
      const field = fieldOf(question, answer);
      field.update(question);
      return field.root;
    });
  const [main] = titles;
  const rank = ({ name }) => (first.includes(name) ? first.indexOf(name) : first.length);
  arrange(byId("first"), nodes(inGroup(main).toSorted((a, b) => rank(a) - rank(b))));
  arrange(
    byId("groups"),
    titles.slice(1).map((title) => {
      const section = sectionOf(title);
      const shown = inGroup(title);
      arrange(section.body, nodes(shown));
      const given = shown.filter((question) => question.given).length;
      section.count.textContent = given ? `${given} changed` : "";
      if (shown.some((question) => question.error)) section.root.open = true;
      return section.root;
    }),
  );
}

/** Open or close all groups. */
export function expand(open) {
  for (const { root } of sections.values()) root.open = open;
}

/** Open the groups with answers that differ from the defaults. */
export function openChanged() {
  for (const { root, count } of sections.values()) if (count.textContent) root.open = true;
}
