import {CURVES_SCRIPT} from './curves-script.js';

/**
 * What runs in the reader's browser: draws the charts, smooths by the slider, follows the window's width. Plain JavaScript of
 * the page, not of this program; it only reads the JSON block `report-charts`.
 */
export const REPORT_SCRIPT = `
'use strict';
const charts = JSON.parse(document.getElementById('report-charts').textContent);
const slider = document.getElementById('smoothing');
const told = document.getElementById('smoothing-value');
const logarithmic = document.getElementById('logarithmic');
${CURVES_SCRIPT}
const targets = [...document.querySelectorAll('.chart')];
function drawAll() {
  told.textContent = Number(slider.value).toFixed(2);
  const choice = {smoothing: Number(slider.value), logarithmic: logarithmic.checked};
  targets.forEach((target, index) => draw(target, charts[index], choice));
}
let waiting;
function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(drawAll);
}
slider.addEventListener('input', soon);
logarithmic.addEventListener('change', soon);
window.addEventListener('resize', soon);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', soon);
drawAll();
`;
