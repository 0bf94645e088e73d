// Several views at once: in how many columns they are seen largest.

const GAP_PX = 2;  // between two views, as in viewer.css

// sizes: [width, height] of each scan; stage: of the room for all of them.
export const columnsFor = (sizes, stage) => {
  const area = (columns) => {
    const counts = [columns, Math.ceil(sizes.length / columns)];
    const cell = counts.map((count, n) => (stage[n] - (count - 1) * GAP_PX) / count);
    const seen = ([w, h]) => w * h * Math.max(0, Math.min(cell[0] / w, cell[1] / h)) ** 2;
    return sizes.reduce((sum, size) => sum + seen(size), 0);
  };
  const found = sizes.map((_, n) => [area(n + 1), n + 1]);
  return found.reduce((best, one) => (one[0] >= best[0] ? one : best), [0, 1])[1];
};
