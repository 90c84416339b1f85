// A map of points on the countries of Natural Earth: no tiles, no other host. Needs Leaflet and topojson-client.

import { countries } from "./world.js";

// Draw the points of an element's data-points ([{lat, long, label, href}]) in its child `.result-map`. data-world is the
// address of the countries (TopoJSON).
export async function drawPoints(element) {
  const points = JSON.parse(element.dataset.points);
  const map = L.map(element.querySelector(".result-map"), {
    attributionControl: false, minZoom: 1, maxZoom: 9, worldCopyJump: true, zoomSnap: 0.5,
  });
  map.fitBounds(L.latLngBounds(points.map((point) => [point.lat, point.long])).pad(0.15), { maxZoom: 6 });
  const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();
  const world = await countries(element.dataset.world);
  if (world) {
    L.geoJSON(world, {
      interactive: false,
      style: { color: colour("--surface"), weight: 0.7, fillColor: colour("--line"), fillOpacity: 1 },
    }).addTo(map);
  }
  for (const point of points) {
    const label = document.createElement(point.href ? "a" : "span");
    label.textContent = point.label;
    if (point.href) label.href = point.href;
    L.circleMarker([point.lat, point.long], {
      radius: 6, color: colour("--surface"), weight: 1.5, fillColor: colour("--accent"), fillOpacity: 0.9,
    }).bindPopup(label).addTo(map);
  }
}
