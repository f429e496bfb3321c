// Copies the details; the button is of no use without this, and shows only with it.
const button = document.getElementById("copy");
const details = document.getElementById("details");
const copied = document.getElementById("copied");
button.hidden = false;
button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(details.innerText);
    copied.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(details);
    copied.textContent = "Press Ctrl+C to copy.";
  }
});
