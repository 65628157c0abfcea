// Reading QR codes with the camera: by the browser itself where it can, else by a library that is
// loaded only then.

const EVERY = 200; // milliseconds between two looks

async function canItself() {
  if (!("BarcodeDetector" in window)) return false;
  const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code");
}

async function detector(library) {
  const itself = await canItself();
  const Detector = itself ? window.BarcodeDetector : (await import(library)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
}

// Where the browser cannot read codes, the library comes while there is a connection.
export async function prepare(library) {
  if (!(await canItself())) await import(library);
}

class Camera {
  constructor(video, library, found) {
    Object.assign(this, { video, library, found, stream: null });
  }

  get isOn() {
    return this.stream !== null;
  }

  // Rejects where there is no camera, or nobody may use it.
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment" },
      audio: false,
    });
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    try {
      await this.video.play();
      this.detector = await detector(this.library);
    } catch (error) {
      this.stop();
      throw error;
    }
    this.look();
  }

  async look() {
    while (this.isOn) {
      const codes = await this.detector.detect(this.video).catch(() => []);
      if (codes.length && this.isOn) {
        this.stop();
        this.found(codes[0].rawValue);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }

  stop() {
    if (!this.stream) return;
    this.stream.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }
}

// The two buttons under the picture, and what is said there. `found(text)` returns whether the text
// was a code.
export class CameraControls {
  constructor(root, words, found) {
    const part = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { scan: part("scan"), ending: part("stop"), state: part("camera-state") });
    this.camera = new Camera(part("video"), root.dataset.decoder, (text) => {
      this.state.textContent = found(text) ? "" : words.not_a_code;
      this.show();
    });
    this.scan.addEventListener("click", async () => {
      this.state.textContent = "";
      await this.camera.start().catch(() => (this.state.textContent = words.no_camera));
      this.show();
    });
    this.ending.addEventListener("click", () => this.stop());
  }

  stop() {
    this.camera.stop();
    this.show();
  }

  show() {
    this.scan.hidden = this.camera.isOn;
    this.ending.hidden = !this.camera.isOn;
  }
}
