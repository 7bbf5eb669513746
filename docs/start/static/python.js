// Calls the page's Python code in a worker.

let worker;
let waiting = new Map();
let count = 0;

/** Start the worker. It calls `report` with the number and the description of each loading step. */
export function start(report) {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.id === undefined) return report(data.step, data.text);
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) resolve(data);
    else reject(new Error(data.error));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message ?? "The worker failed."));
    waiting = new Map();
  };
}

/** Call a method of the Python object, and return its result and its duration. */
export function call(method, ...parameters) {
  return new Promise((resolve, reject) => {
    const id = count++;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, method, parameters });
  });
}
