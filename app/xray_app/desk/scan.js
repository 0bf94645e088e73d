// Brings the viewer's modules in and hands them the open case; props.value is scene.py's JSON.
const viewer = import(new URL('viewer/viewer.js', document.baseURI).href)
  .then(({ Viewer }) => new Viewer(element.querySelector('.panel')));
const show = async () => (await viewer).show(props.value ? JSON.parse(props.value) : null);
watch('value', show);
show();
