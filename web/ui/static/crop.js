// Cuts a field out of a page's picture: takes its boxes in millimetres, draws them on a canvas with some paper around.
// The browser decodes the picture, never the server: it was made from a stranger's file.

const MM_PER_INCH = 25.4, AGAIN_MM = 20; // of a folded piece, shown at the end of one row and the start of the next
const kept = new Map(); // address -> Promise<Blob>; the newest few, since fields of one page come together

function fetched(address) {
  let found = kept.get(address);
  if (!found) {
    found = fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.blob();
    });
    found.catch(() => kept.delete(address));
    kept.set(address, found);
    if (kept.size > 24) kept.delete(kept.keys().next().value);
  }
  return found;
}

export function forget() { kept.clear(); }

/** boxes: polygons of [x_mm, y_mm]; around: millimetres beside and above; wide, tall: pixels to fill at most; fold: a piece
 * more than so many times as wide as high is laid in two rows, left half above right, so that it can be read small. */
export async function crop(canvas, { address, dpi, boxes, around = 3, wide = 900, tall = 420, fold = Infinity }) {
  const picture = await createImageBitmap(await fetched(address));
  const xs = boxes.flat().map((p) => p[0]), ys = boxes.flat().map((p) => p[1]), px = dpi / MM_PER_INCH;
  const left = Math.max(0, (Math.min(...xs) - around) * px), top = Math.max(0, (Math.min(...ys) - around) * px);
  const right = Math.min(picture.width, (Math.max(...xs) + around) * px);
  const bottom = Math.min(picture.height, (Math.max(...ys) + around) * px);
  const width = Math.max(1, right - left), height = Math.max(1, bottom - top);
  const rows = width > fold * height ? 2 : 1, again = rows > 1 ? Math.min(width / 4, AGAIN_MM * px) : 0;
  const across = (width + again) / rows, step = across - again;
  const scale = Math.min(2.5, wide / across, tall / (rows * height));
  canvas.width = Math.round(across * scale);
  canvas.height = Math.round(rows * height * scale);
  const context = canvas.getContext("2d"), row = canvas.height / rows;
  context.imageSmoothingQuality = "high";
  for (let n = 0; n < rows; n += 1) {
    context.drawImage(picture, left + n * step, top, across, height, 0, n * row, canvas.width, row);
  }
  picture.close();
}
