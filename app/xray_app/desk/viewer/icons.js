// The tools' pictures, drawn by us on a grid of 24, as lines of the text's colour. A part after
// "#" is filled instead.

export const ICONS = {
  palette: 'M12 3a9 9 0 1 0 0 18c2 0 1.6-1.8 1-2.7-.7-1.2 0-2.8 1.7-2.8H17a4 4 0 0 0 4-4C21 6.6 17 3 12 3z#M7.5 10.5a1.2 1.2 0 1 0 .01 0zM11 7a1.2 1.2 0 1 0 .01 0zM15.5 8a1.2 1.2 0 1 0 .01 0z',
  grey: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z#M12 3a9 9 0 0 1 0 18z',
  organic: 'M5 19C5 10 10 5 19 5c0 9-5 14-14 14zM5 19 13 11M3.5 3.5l17 17',
  inorganic: 'M4 9h10l6 3-6 3H4zM8 9v6M3.5 3.5l17 17',
  dense: 'M4 4h16v16H4zM8 8h8v8H8z#M10.5 10.5h3v3h-3z',
  light: 'M4 4h16v16H4zM9 9h6v6H9zM12 1.5V4M12 20v2.5M1.5 12H4M20 12h2.5',
  negative: 'M4 4h16v16H4z#M4 4h16L4 20z',
  outline: 'M6 7l8-3 4 5v7l-8 4-5-5zM6 7l5 4 7-2M11 11v9',
  local: 'M3 17c3 0 3-9 6-9s3 9 6 9 3-12 6-12M3 21h18',
  window: 'M12 4v16M4 12h16M12 4 9.5 6.5M12 4l2.5 2.5M12 20l-2.5-2.5M12 20l2.5-2.5M4 12l2.5-2.5M4 12l2.5 2.5M20 12l-2.5-2.5M20 12l-2.5 2.5',
  lens: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21M10.5 8v5M8 10.5h5',
  ruler: 'M2.5 16.5 16.5 2.5l5 5-14 14zM6.5 12.5l2 2M9.5 9.5l3 3M12.5 6.5l2 2',
  larger: 'M12 5v14M5 12h14',
  smaller: 'M5 12h14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M8 8h8v8H8z',
  whole: 'M5 8l2.5-2v12M5 18h5M14 8l2.5-2v12M14 18h5M12 10v.01M12 14v.01',
  turn: 'M19 12a7 7 0 1 1-2.6-5.4M17 2.5v4.6h-4.6',
  mirror: 'M12 3v18M9 7v10L3 17zM15 7v10l6 0z',
  views: 'M3 5h8v14H3zM13 5h8v14h-8z',
  draw: 'M4 8V4h4M20 8V4h-4M4 16v4h4M12 9v6M9 12h6M20 12v0M17 20h3v-3',
  undo: 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3',
  marks: 'M2 12s4-6.5 10-6.5S22 12 22 12s-4 6.5-10 6.5S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  reset: 'M5 12a7 7 0 1 0 2.6-5.4M7 2.5v4.6h4.6',
  keys: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
};

export const icon = (name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  ICONS[name].split('#').forEach((path, n) => {
    const node = svg.appendChild(document.createElementNS(svg.namespaceURI, 'path'));
    node.setAttribute('d', path);
    if (n) node.setAttribute('class', 'solid');
  });
  return svg;
};
