// Paints sampled numbers with WebGL2, for machines with a graphics card. Where WebGL2 would itself
// be drawn by the processor, `painterFor` takes the plain canvas, which is quicker there.

import { PlainPainter } from './paint_plain.js';
import { FRAGMENT, VERTEX } from './shader.js';

const TEXTURES = ['plane0', 'plane1', 'plane2', 'around0', 'around1', 'around2', 'codes', 'tone',
  'colours'];

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

let quick = null;  // whether this machine has a graphics card; asked once

const hasCard = () => {
  const gl = document.createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  const known = gl?.getExtension('WEBGL_debug_renderer_info');
  const name = gl?.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return Boolean(gl) && !SOFTWARE.test(name);
};

export const painterFor = (canvas) =>
  ((quick ??= hasCard()) && WebglPainter.on(canvas)) || new PlainPainter(canvas);

export class WebglPainter {
  name = 'webgl2';

  // A painter, or null where there is no WebGL2.
  static on(canvas) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    return gl && new WebglPainter(canvas, gl);
  }

  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.setUp();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.setUp();
      canvas.dispatchEvent(new CustomEvent('stale', { bubbles: true }));
    });
  }

  setUp() {
    const { gl } = this, program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
      throw new Error(`shader: ${gl.getProgramInfoLog(program)}`);
    gl.useProgram(program);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    this.at = (name) => gl.getUniformLocation(program, name);
    TEXTURES.forEach((name, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
      for (const which of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
        gl.texParameteri(gl.TEXTURE_2D, which, gl.NEAREST);
      gl.uniform1i(this.at(name), unit);
    });
    this.sent = null;
  }

  // A browser has room for few contexts, and collects those that nobody gives back when it likes.
  leave() { this.gl.getExtension('WEBGL_lose_context')?.loseContext(); }

  paint(samples, look, tables) {
    const { gl, canvas } = this, { width, height, planes, around } = samples;
    if (canvas.width !== width || canvas.height !== height)
      [canvas.width, canvas.height] = [width, height];
    gl.viewport(0, 0, width, height);
    if (this.sent !== samples.serial) {  // a dragged window leaves the numbers as they were
      const empty = new planes[0].constructor(width * height);
      for (let n = 0; n < 3; n++) {
        this.send(n, planes[n] ?? empty, width, height);
        this.send(3 + n, samples.hasAround && around[n] ? around[n] : empty, width, height);
      }
      this.send(6, samples.codes, width, height);
      this.sent = samples.serial;
    }
    this.send(7, tables.tone, 256, tables.tone.length / 256);
    this.send(8, new Uint8Array(tables.colours.buffer), 256, 256, true);
    const picture = samples.kind === 'picture';
    gl.uniform2i(this.at('size'), width, height);
    gl.uniform1i(this.at('energy'), Math.min(look.energy, planes.length - 1));
    for (const [name, on] of Object.entries({ isPicture: picture, isGrey: look.palette < 0,
      isOutline: look.outline, isLocal: look.local && samples.hasAround, isNegative: look.negative }))
      gl.uniform1i(this.at(name), on ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  send(unit, data, width, height, colour = false) {
    const { gl } = this;
    const [inside, outside, kind] = colour ? [gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE]
      : data instanceof Uint16Array ? [gl.R16UI, gl.RED_INTEGER, gl.UNSIGNED_SHORT]
        : [gl.R8UI, gl.RED_INTEGER, gl.UNSIGNED_BYTE];
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.texImage2D(gl.TEXTURE_2D, 0, inside, width, height, 0, outside, kind, data);
  }
}
