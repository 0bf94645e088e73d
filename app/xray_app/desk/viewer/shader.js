// What each screen pixel goes through, in WebGL2's language: the same steps, in the same whole
// numbers, as `paint_plain.js`.

export const VERTEX = `#version 300 es
void main() {  // one triangle that covers the screen
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D plane0, plane1, plane2, around0, around1, around2, codes, tone;
uniform sampler2D colours;
uniform ivec2 size;
uniform bool isPicture, isGrey, isOutline, isLocal, isNegative;
uniform int energy;
out vec4 pixel;

int toned(uint count) { return int(texelFetch(tone, ivec2(count & 255u, count >> 8), 0).r); }

int value(usampler2D plane, usampler2D around, ivec2 at) {
  int here = toned(texelFetch(plane, at, 0).r);
  if (!isLocal) return here;
  int there = toned(texelFetch(around, at, 0).r);
  return clamp(here + ((here - there) * 3 >> 1), 0, 255);
}

ivec3 rgb(ivec2 at) {
  return ivec3(value(plane0, around0, at), value(plane1, around1, at), value(plane2, around2, at));
}

int brightness(ivec2 at) {
  at = clamp(at, ivec2(0), size - 1);
  if (isPicture) {
    ivec3 c = rgb(at);
    return (77 * c.r + 150 * c.g + 29 * c.b) >> 8;
  }
  return energy == 1 ? value(plane1, around1, at) : value(plane0, around0, at);
}

void main() {
  ivec2 at = ivec2(int(gl_FragCoord.x), size.y - 1 - int(gl_FragCoord.y));
  int code = int(texelFetch(codes, at, 0).r);
  if (code == 255) { pixel = texelFetch(colours, ivec2(0, 255), 0); return; }
  int flip = isNegative ? 255 : 0;
  if (isPicture && !isGrey && !isOutline) { pixel = vec4(vec3(rgb(at) ^ flip) / 255.0, 1); return; }
  int shown = brightness(at);
  if (isOutline) {
    int slope = abs(brightness(at + ivec2(1, 0)) - brightness(at - ivec2(1, 0)))
      + abs(brightness(at + ivec2(0, 1)) - brightness(at - ivec2(0, 1)));
    shown = 255 - min(2 * slope, 255);
  }
  pixel = isPicture ? vec4(vec3(shown ^ flip) / 255.0, 1) : texelFetch(colours, ivec2(shown, code), 0);
}`;
