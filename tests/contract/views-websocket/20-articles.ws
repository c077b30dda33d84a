# An article's view is answered with its totals, itself included.
> {"message": "views", "articleId": "a-1", "articleTitle": "One", "previousPage": "null", "currentPage": "/posts/one", "refreshed": false, "referrer": ""}
< {"articleId": "a-1", "uniqueViews": 1, "totalViews": 1}
> {"message": "views", "articleId": "a-1", "articleTitle": "One", "previousPage": "/", "currentPage": "/posts/one", "refreshed": true, "referrer": ""}
< {"articleId": "a-1", "uniqueViews": 1, "totalViews": 2}

================
# Four views of which one was not refreshed: 1 unique of 4.
> {"message": "views", "articleId": "vector-1", "articleTitle": "A", "currentPage": "/posts/a", "refreshed": true}
< {"articleId": "vector-1", "uniqueViews": 0, "totalViews": 1}
> {"message": "views", "articleId": "vector-1", "articleTitle": "A", "currentPage": "/posts/a", "refreshed": false}
< {"articleId": "vector-1", "uniqueViews": 1, "totalViews": 2}
> {"message": "views", "articleId": "vector-1", "articleTitle": "A", "currentPage": "/posts/a", "refreshed": true}
< {"articleId": "vector-1", "uniqueViews": 1, "totalViews": 3}
> {"message": "views", "articleId": "vector-1", "articleTitle": "A", "currentPage": "/posts/a", "refreshed": true}
< {"articleId": "vector-1", "uniqueViews": 1, "totalViews": 4}

================
# One refreshed view: 0 unique of 1; without `refreshed`, unique is total.
> {"message": "views", "articleId": "vector-2", "articleTitle": "B", "currentPage": "/posts/b", "refreshed": true}
< {"articleId": "vector-2", "uniqueViews": 0, "totalViews": 1}
> {"message": "views", "articleId": "vector-3", "articleTitle": "C", "currentPage": "/posts/c"}
< {"articleId": "vector-3", "uniqueViews": 1, "totalViews": 1}
> {"message": "views", "articleId": "vector-3", "articleTitle": "C", "currentPage": "/posts/c"}
< {"articleId": "vector-3", "uniqueViews": 2, "totalViews": 2}

================
# The pages of a view may be left out, as its README says.
> {"message": "views", "articleId": "no-page", "articleTitle": "D"}
< {"articleId": "no-page", "uniqueViews": 1, "totalViews": 1}

================
# Without a title, or on a page that is no post, it is not the article that is counted, but its totals are answered.
> {"message": "views", "articleId": "a-1", "currentPage": "/posts/one"}
< {"articleId": "a-1", "uniqueViews": 1, "totalViews": 2}
> {"message": "views", "articleId": "a-1", "articleTitle": "One", "currentPage": "/elsewhere"}
< {"articleId": "a-1", "uniqueViews": 1, "totalViews": 2}
> {"message": "views", "articleId": "unknown", "articleTitle": "Two", "currentPage": "/"}
< {"articleId": "unknown", "uniqueViews": 0, "totalViews": 0}

================
# Null is as good as nothing.
> {"message": "views", "articleId": "nulls", "articleTitle": "E", "currentPage": "/posts/e", "previousPage": null, "refreshed": null, "referrer": null}
< {"articleId": "nulls", "uniqueViews": 1, "totalViews": 1}
