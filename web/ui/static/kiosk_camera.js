// The camera: shows what it sees, gives each shot as a JPEG file. Nothing is kept.
const box = document.getElementById("camera-box");
const video = document.getElementById("video");
const device = document.getElementById("device");
const button = document.getElementById("camera");
let stream = null;

async function on(id) {
  off();
  const wanted = { width: { ideal: 3840 }, height: { ideal: 2160 } };
  stream = await navigator.mediaDevices.getUserMedia({
    audio: false, video: id ? { ...wanted, deviceId: { exact: id } } : { ...wanted, facingMode: "environment" },
  });
  video.srcObject = stream;
  box.hidden = false;
  button.setAttribute("aria-expanded", "true");
  await video.play();
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const chosen = stream.getVideoTracks()[0].getSettings().deviceId;
  device.replaceChildren(...cameras.map((one, n) => new Option(one.label || String(n + 1), one.deviceId, false, one.deviceId === chosen)));
}

export function off() {
  if (stream) for (const track of stream.getTracks()) track.stop();
  stream = null;
  video.srcObject = null;
  box.hidden = true;
  button.setAttribute("aria-expanded", "false");
}

/** taken(file) hears of every shot, failed() that there is no camera. */
export function camera(name, taken, failed) {
  let shots = 0;
  const start = (id) => on(id).catch(() => { off(); failed(); });
  button.addEventListener("click", () => (stream ? off() : start("")));
  document.getElementById("camera-off").addEventListener("click", () => { off(); button.focus(); });
  device.addEventListener("change", () => start(device.value));
  document.getElementById("shoot").addEventListener("click", () => {
    if (!video.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => taken(new File([blob], `${name}-${(shots += 1)}.jpg`, { type: "image/jpeg" })), "image/jpeg", 0.93);
  });
}
