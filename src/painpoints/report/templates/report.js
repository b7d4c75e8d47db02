(function () {
  "use strict";
  var form = document.getElementById("filter");
  var list = document.getElementById("pain-list");

  function fold(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  }

  function reveal(target) {
    var details = target && target.querySelector("details");
    if (details) { details.open = true; }
  }

  if (form && list) {
    var pains = Array.prototype.slice.call(list.children);
    var words = pains.map(function (pain) { return fold(pain.textContent); });
    var count = document.getElementById("filter-count");
    var nothing = document.getElementById("filter-nothing");

    var apply = function () {
      var wanted = fold(form.elements.search.value.trim());
      var shown = 0;
      pains.forEach(function (pain, position) {
        var fits = words[position].indexOf(wanted) >= 0;
        ["owner", "stage", "touchpoint"].forEach(function (name) {
          var choice = form.elements[name];
          if (choice && choice.value && pain.getAttribute("data-" + name) !== choice.value) { fits = false; }
        });
        pain.hidden = !fits;
        if (fits) { shown += 1; }
      });
      nothing.hidden = shown > 0;
      count.textContent = count.getAttribute("data-text")
        .replace("{shown}", shown).replace("{total}", pains.length);
    };
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("reset", function () { setTimeout(apply, 0); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.hidden = false;
    apply();
  }

  function followHash() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) { return; }
    if (target.hidden && form) { form.reset(); }
    reveal(target);
    setTimeout(function () { target.scrollIntoView(); }, 0);
  }
  window.addEventListener("hashchange", followHash);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#pain-']");
    if (link && link.getAttribute("href") === location.hash) { followHash(); }
  });
  followHash();
})();
