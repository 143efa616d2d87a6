// Streamlit's place for files takes the keyboard's focus beside the button in it, and has a name, but
// says that it is mere decoration. It is a group; the button is what the keyboard stops at.
export default function () {
  const tidy = () => {
    const places = "[data-testid=stFileUploaderDropzone][role=presentation]";
    for (const place of document.querySelectorAll(places)) {
      place.setAttribute("role", "group");
      place.removeAttribute("tabindex");
    }
  };
  const watch = new MutationObserver(tidy);
  watch.observe(document.body, { subtree: true, childList: true });
  tidy();
  return () => watch.disconnect();
}
