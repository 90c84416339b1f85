// The map of /map: Leaflet over Natural Earth, partners abroad in clusters, arcs to and from the place that is chosen.
// Without it the page keeps its drawing and its table.

import { countries } from "./world.js";

const FEW = 80; // arcs that are drawn at once; more would hide the map
const SPOT = "spot abroad";
const CLUSTER = "cluster";
const holder = document.getElementById("map");

if (holder && window.L) {

  const places = fetch(holder.dataset.places).then((answer) => answer.json());
  Promise.all([places, countries(holder.dataset.world)]).then(([data, land]) => draw(data, land)).catch(() => {
    const note = document.createElement("p");
    note.className = "absent";
    note.textContent = holder.dataset.failed;
    holder.before(note);
  });

  function draw({ places, links }, land) {
    holder.replaceChildren();
    holder.classList.add("live");
    const map = L.map(holder, { minZoom: 0.5, maxZoom: 9, zoomSnap: 0.25, worldCopyJump: false, attributionControl: true, preferCanvas: false });
    map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
    L.geoJSON(land, {
      interactive: false,
      style: { className: "land", weight: 0.6, fillOpacity: 1 },
    }).addTo(map);

    const arcs = L.layerGroup().addTo(map);
    const abroad = L.markerClusterGroup({ showCoverageOnHover: false, maxClusterRadius: 45, iconCreateFunction: cluster });
    const here = L.layerGroup().addTo(map);
    const most = Math.max(...places.map((place) => place[4]), 1);
    const markers = places.map((place, number) => marker(place, number));
    markers.forEach((one, number) => (places[number][5] ? here : abroad).addLayer(one));
    map.addLayer(abroad);
    if (links.length <= FEW) links.forEach(arc);
    const bounds = L.latLngBounds(places.map((place) => [place[2], place[3]]));
    map.fitBounds(bounds, { padding: [12, 12], maxZoom: 6 });

    // Places abroad can be reached by keyboard, and are never nearer than a finger is wide: those that are stand in
    // clusters. French places are dots for the mouse; the filters beside the map reach them too.
    function marker([key, label, latitude, longitude, count, french], number) {
      const title = `${label} (${count})`;
      const size = 24 + 8 * Math.sqrt(count / most);
      const one = french
        ? L.circleMarker([latitude, longitude], { className: "here", radius: 3 + 5 * Math.sqrt(count / most), weight: 1 })
        : L.marker([latitude, longitude], { icon: L.divIcon({ className: key.startsWith("country-") ? `${SPOT} country` : SPOT, iconSize: [size, size] }), alt: title, count, title });
      const link = document.createElement("a");
      link.href = holder.dataset.page.replace("KEY", encodeURIComponent(key));
      link.textContent = title;
      one.bindPopup(link);
      one.on("popupopen", () => show(number));
      return one;
    }

    function show(number) {
      arcs.clearLayers();
      links.filter(([one, other]) => one === number || other === number).slice(0, 400).forEach(arc);
    }

    function arc([one, other, count]) {
      const [, , y1, x1] = places[one], [, , y2, x2] = places[other];
      const bend = Math.hypot(x2 - x1, y2 - y1) * 0.22, points = [];
      for (let step = 0; step <= 24; step += 1) {
        const t = step / 24, u = 1 - t;
        points.push([u * u * y1 + 2 * u * t * ((y1 + y2) / 2 + bend) + t * t * y2, u * u * x1 + u * t * (x1 + x2) + t * t * x2]);
      }
      L.polyline(points, { className: "arc", weight: Math.min(1 + count / 3, 4), interactive: false }).addTo(arcs);
    }

    function cluster(group) {
      const total = group.getAllChildMarkers().reduce((sum, one) => sum + one.options.count, 0);
      const size = 26 + Math.min(26, 5 * Math.log2(total));
      return L.divIcon({ html: `<b>${total}</b>`, className: CLUSTER, iconSize: [size, size] });
    }
  }
}
