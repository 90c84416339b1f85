// The countries of the world atlas (TopoJSON from Natural Earth) as GeoJSON that a flat map can draw.

export async function countries(address) {
  const response = await fetch(address);
  if (!response.ok) return null;
  const world = await response.json();
  const found = topojson.feature(world, world.objects.countries);
  for (const { geometry } of found.features) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    for (const polygon of polygons) polygon.forEach(unroll);
  }
  return found;
}

// A ring that crosses the 180th meridian jumps from one edge of the map to the other and would be drawn across it. It
// is carried on past the edge instead. Antarctica goes all the way round, and may.
function unroll(ring) {
  let shift = 0;
  for (let at = 1; at < ring.length; at++) {
    const step = ring[at][0] + shift - ring[at - 1][0];
    if (Math.abs(step) > 180 && Math.abs(ring[at][1]) < 85) shift -= Math.sign(step) * 360;
    ring[at][0] += shift;
  }
}
