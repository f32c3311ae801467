// Filters, folds and copies. Without it the page shows everything.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const find = document.getElementById('find');
const gaps = document.getElementById('gaps');

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const item of all('[data-find]')) {
    const fits = words.every((word) => item.dataset.find.includes(word));
    const whole = gaps.checked && 'whole' in item.dataset;
    item.hidden = !fits || whole;
    found += fits;
  }
  for (const body of all('.matrix tbody')) {
    body.hidden = !all('tr.operation', body).some((row) => !row.hidden);
  }
  for (const row of all('tr.more')) {
    const operation = row.previousElementSibling;
    row.hidden = operation.hidden || operation.querySelector('[data-more]').ariaExpanded !== 'true';
  }
  for (const section of all('main > section')) {
    const items = all('[data-find]', section);
    section.hidden = items.length > 0 && items.every((item) => item.hidden);
  }
  document.body.classList.toggle('filtered', words.length > 0);
  document.getElementById('found').textContent = words.length ? `${found} found` : '';
}

function reveal(details) {
  for (const pre of all('pre.body', details)) {
    const mark = pre.querySelector('mark');
    if (mark) pre.scrollTop = mark.offsetTop - pre.offsetTop - 60;
  }
}

async function copy(button) {
  const code = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  } catch {
    getSelection().selectAllChildren(code);
  }
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  if ('copy' in button.dataset) return copy(button);
  button.ariaExpanded = String(button.ariaExpanded !== 'true');
  if ('fold' in button.dataset) button.closest('tbody').classList.toggle('folded');
  filter();
});

// A link to a failure opens it.
function follow() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.localName === 'details') target.open = true;
}

document.addEventListener('keydown', (event) => {
  if (event.key === '/' && event.target !== find) {
    event.preventDefault();
    find.focus();
  }
});
document.addEventListener('toggle', ({ target }) => target.open && reveal(target), true);
addEventListener('hashchange', follow);
find.addEventListener('input', filter);
gaps.addEventListener('input', filter);
follow();
filter();
reveal(document);
