// A live view counter on a page: counts this view over the WebSocket of the server the script comes from, and keeps the elements
// [data-views] (all views) and [data-unique-views] up to date. On the script: data-article and data-title make it an article's.
(function () {
  var script = document.currentScript;
  var article = script.dataset.article;
  var path = location.pathname;
  var previous = sessionStorage.picoPage || 'null';
  var counted = false;
  var pause = 1000;
  sessionStorage.picoPage = path;

  function show(attribute, number) {
    document.querySelectorAll('[' + attribute + ']').forEach(function (element) {
      element.textContent = number;
    });
  }

  function connect() {
    var socket = new WebSocket(script.src.replace(/^http/, 'ws').replace(/views\.js.*/, 'ws'));
    function send(message) {
      socket.send(JSON.stringify(message));
    }
    socket.onopen = function () {
      pause = 1000;
      send(article ? { message: 'subscribe', articleId: article } : { message: 'subscribe', path: path });
      if (counted) return; // a connection that came back is no second view
      counted = true;
      send({
        message: 'views',
        articleId: article,
        articleTitle: script.dataset.title,
        previousPage: previous,
        currentPage: article ? undefined : path, // an article may stand anywhere
        path: path,
        refreshed: previous === path,
        referrer: document.referrer,
      });
    };
    socket.onmessage = function (event) {
      var counts = JSON.parse(event.data);
      if (counts.message !== 'counts') return;
      show('data-views', counts.totalViews);
      show('data-unique-views', counts.uniqueViews);
    };
    socket.onclose = function () {
      setTimeout(connect, (pause = Math.min(pause * 2, 60000)));
    };
  }
  connect();
})();
