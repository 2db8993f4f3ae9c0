/** An element with attributes (`on…` functions listen, `undefined` and `false` leave one out) and children; text is never taken for HTML. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

/** Parts of the page that the server made with the report's own code, which escapes what others wrote. */
export function made(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

/** Writes only what changed: a screen reader and a selection are left alone. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** A problem that an event tells of, as the server shows the others. */
export function problemBox({code, message, hint, last_words}, severity = 'error') {
  return element(
    'div',
    {class: `problem-box ${severity}`},
    element(
      'p',
      {},
      element('b', {class: 'severity'}, `${severity}:`),
      ` ${message} `,
      element('code', {class: 'dim'}, code),
    ),
    last_words?.length > 0 ? element('pre', {}, last_words.join('\n')) : undefined,
    hint === undefined
      ? undefined
      : element('p', {class: 'hint-text'}, element('b', {class: 'hint-label'}, 'hint:'), ` ${hint}`),
  );
}
