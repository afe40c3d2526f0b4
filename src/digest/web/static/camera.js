// Reads the code of a letter with the camera, where the browser can read codes. Without
// this, or without one, the button stays hidden: the reference is typed, or scanned.
const place = document.querySelector("[data-camera]");
const field = document.getElementById(place?.dataset.camera);
if (place && field && "BarcodeDetector" in window) {
  const [button, video, picture, said] = ["button", "video", "input", "[role=status]"].map((of) => place.querySelector(of));
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
    button.textContent = button.dataset.start;
  };
  const found = async (source) => {
    const [code] = await detector.detect(source);
    if (!code) return false;
    field.value = code.rawValue;
    said.textContent = said.dataset.read;
    stop();
    field.focus();
    return true;
  };
  const watch = async () => {
    if (!stream) return;
    if (video.readyState < 2 || !(await found(video))) setTimeout(watch, 200);
  };
  button.addEventListener("click", async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return picture.click(); // it may take one picture, if not many
    }
    video.srcObject = stream;
    video.hidden = false;
    button.textContent = button.dataset.stop;
    said.textContent = "";
    await video.play();
    watch();
  });
  picture.addEventListener("change", async () => {
    const [file] = picture.files;
    if (file && !(await found(await createImageBitmap(file)))) said.textContent = said.dataset.none;
  });
  addEventListener("pagehide", stop);
  place.hidden = false;
}
