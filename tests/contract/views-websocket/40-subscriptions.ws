# A subscription tells what is so, and then what changes.
> {"message": "subscribe", "articleId": "live"}
< {"message": "counts", "articleId": "live", "uniqueViews": 0, "totalViews": 0}
> {"message": "views", "articleId": "live", "articleTitle": "G", "currentPage": "/posts/g"}
<< {"articleId": "live", "uniqueViews": 1, "totalViews": 1}
<< {"message": "counts", "articleId": "live", "uniqueViews": 1, "totalViews": 1}

================
# A page can be subscribed to by its path, and is counted without an answer.
> {"message": "subscribe", "path": "/some/page?query=1"}
< {"message": "counts", "path": "/some/page?query=1", "uniqueViews": 0, "totalViews": 0}
> {"message": "views", "currentPage": "/some/page#part", "refreshed": true}
< {"message": "counts", "path": "/some/page?query=1", "uniqueViews": 0, "totalViews": 1}

================
# Nothing comes any more after its end.
> {"message": "subscribe", "articleId": "ended"}
< {"message": "counts", "articleId": "ended", "uniqueViews": 0, "totalViews": 0}
> {"message": "unsubscribe", "articleId": "ended"}
> {"message": "views", "articleId": "ended", "articleTitle": "H", "currentPage": "/posts/h"}
< {"articleId": "ended", "uniqueViews": 1, "totalViews": 1}
> hello
< Hello!!! Nothing to see here!
