// Brings the viewer's modules in and hands them the open case; props.value is scene.py's JSON.
// What comes next is fetched as soon as this one stands; props.ahead says what does by now. Says
// which case stands (`shown`) and of which a view cannot be seen (`unseen`), be it this or another.
const module = (name) => import(new URL(`viewer/${name}.js`, document.baseURI).href);
const viewer = module('viewer').then(({ Viewer }) => new Viewer(element.querySelector('.panel')));
const host = element.closest('#desk-scan') ?? element;
let heard = '';  // the case that sounded last
const sound = async (scene) => {
  const alarms = scene?.views.some(({ marks }) => marks.some(({ style }) => style === 'alarm'));
  if (!alarms || scene.case === heard) return;
  heard = scene.case;
  const [{ own }, { alarm }] = [await module('own'), await module('sound')];
  if (own().sound) alarm();
};
const show = async () => {
  const given = props.value, scene = given ? JSON.parse(given) : null;
  const [shown, { fetchAhead }] = [await viewer, await module('planes')];
  delete host.dataset.shown;
  delete host.dataset.unseen;
  await shown.show(scene);
  if (props.value !== given) return;  // another was opened meanwhile
  const stands = shown.root.dataset.state !== 'failed';
  if (stands) host.dataset.shown = scene?.case ?? '';
  if (scene && (!stands || scene.unseen || shown.isPartial)) host.dataset.unseen = scene.case;
  dispatchEvent(new Event('scan-shown'));
  fetchAhead(scene?.ahead ?? [], scene?.views);
  if (stands) sound(scene);
};
watch('value', show);
watch('ahead', async () => {  // it may name the case that is open by now
  const { fetchAhead } = await module('planes');
  if (!props.ahead || host.dataset.shown === undefined) return;
  fetchAhead(JSON.parse(props.ahead), props.value ? JSON.parse(props.value).views : []);
});
show();
