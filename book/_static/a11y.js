/* Small repairs to the theme's own markup, each for the rule it breaks. */
document.addEventListener("DOMContentLoaded", () => {
  const name = (selector, text) =>
    document.querySelectorAll(selector).forEach((node) => node.setAttribute("aria-label", text));

  // 4.1.2: the arrow that opens a part of the contents has no name.
  document.querySelectorAll("nav.bd-links summary").forEach((summary) => {
    const page = summary.closest("li").querySelector("a");
    summary.setAttribute("aria-label", `Show or hide the pages of ${page.textContent.trim()}`);
  });

  // 2.5.3: what is seen on the search box ("Search Ctrl+K") must be in its name.
  name(".search-button-field", "Search Ctrl+K");
  // 4.1.2: buttons that hold only a picture.
  name(".primary-toggle", "Show or hide the contents of the book");
  name(".secondary-toggle", "Show or hide the contents of this page");
  name(".btn-fullscreen-button", "Full screen");
  name(".theme-switch-button", "Light, dark or system colours");

  // 1.3.1: the book's name stands outside every landmark.
  const logo = document.querySelector(".navbar-brand.logo");
  if (logo) {
    const holder = logo.closest(".sidebar-primary-item") || logo.parentElement;
    holder.setAttribute("role", "region");
    holder.setAttribute("aria-label", "Book");
  }
});

// On paper nothing is folded away.
addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach((node) => {
    node.open = true;
    node.dataset.openedForPrint = "";
  });
  document.querySelectorAll(".admonition.toggle-hidden").forEach((node) => {
    node.classList.remove("toggle-hidden");
    node.dataset.openedForPrint = "";
  });
});
addEventListener("afterprint", () => {
  document.querySelectorAll("[data-opened-for-print]").forEach((node) => {
    if (node.tagName === "DETAILS") node.open = false;
    else node.classList.add("toggle-hidden");
    delete node.dataset.openedForPrint;
  });
});
