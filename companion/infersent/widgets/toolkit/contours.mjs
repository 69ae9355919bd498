// @ts-check
/* Contours of a function over a square. */

/** @import { Point } from "./chart.mjs" */

/** @typedef {[u: number, v: number, score: number]} Scored a point with its score */

/**
 * Where side * score ≥ level on a lattice, in polygons, and the pieces of its edge; a cell with a corner that has no
 * finite score is left out.
 *
 * @param {Scored[][]} lattice
 * @param {1 | -1} side
 * @param {number} level
 */
export function region(lattice, side, level) {
  /** @type {{ area: Point[][], edge: Point[][] }} */
  const found = { area: [], edge: [] };
  for (let i = 0; i + 1 < lattice.length; i++)
    for (let j = 0; j + 1 < lattice.length; j++) {
      const cell = [lattice[i][j], lattice[i + 1][j], lattice[i + 1][j + 1], lattice[i][j + 1]];
      if (cell.some(([, , score]) => !Number.isFinite(score))) continue;
      /** @type {Point[]} */
      const polygon = [];
      /** @type {Point[]} */
      const cuts = [];
      cell.forEach(([u, v, score], k) => {
        const [u2, v2, score2] = cell[(k + 1) % 4];
        const [here, there] = [side * score - level, side * score2 - level];
        if (here >= 0) polygon.push([u, v]);
        if (here >= 0 === there >= 0) return;
        const share = here / (here - there);
        /** @type {Point} */
        const cut = [u + share * (u2 - u), v + share * (v2 - v)];
        cuts.push(cut);
        polygon.push(cut);
      });
      if (polygon.length) found.area.push(polygon);
      for (let k = 0; k + 1 < cuts.length; k += 2) found.edge.push([cuts[k], cuts[k + 1]]);
    }
  return found;
}
