// Goes on once every application has been told, or three seconds later.
const onward = document.getElementById("onward");
if (onward) {
  const told = [...document.querySelectorAll("iframe")].map(
    (frame) => new Promise((done) => frame.addEventListener("load", done)),
  );
  const patience = new Promise((done) => setTimeout(done, 3000));
  Promise.race([Promise.all(told), patience]).then(() => location.replace(onward.href));
}
