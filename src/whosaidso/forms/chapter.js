// Exercises on chapter pages: each takes the place of the plain text that a reader without JavaScript gets.

import { Practice, pageModel, storageKeeper } from "./storage.js";

for (const place of document.querySelectorAll("[data-wss-exercise]")) {
  const spec = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  const form = forms[spec.kind];
  const el = document.createElement("div");
  place.append(el);
  try {
    form.render({ model: pageModel(spec, storageKeeper(new Practice(spec.task, spec.strings))), el });
    place.classList.add("wss-live");
  } catch (problem) {
    console.error(problem); // the plain text stays, and the page's other forms come all the same
    el.remove();
  }
}
