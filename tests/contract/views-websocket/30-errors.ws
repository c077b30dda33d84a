# What is wrong is said, and the connection stays.
> {"message": "views"}
< {"error": {"code": "invalid", "message": "currentPage, or articleId and articleTitle, must say what is viewed"}}
> {"message": "views", "articleId": "", "currentPage": ""}
< {"error": {"code": "invalid", "message": "currentPage, or articleId and articleTitle, must say what is viewed"}}
> {"message": "views", "articleId": 5}
< {"error": {"code": "invalid", "message": "articleId must be text of at most 1024 bytes"}}
> {"message": "views", "articleId": "x", "articleTitle": ["t"]}
< {"error": {"code": "invalid", "message": "articleTitle must be text of at most 1024 bytes"}}
> {"message": "views", "articleId": "x", "articleTitle": "t", "currentPage": {}}
< {"error": {"code": "invalid", "message": "currentPage must be text of at most 1024 bytes"}}
> {"message": "views", "articleId": "x", "articleTitle": "t", "previousPage": 1}
< {"error": {"code": "invalid", "message": "previousPage must be text of at most 1024 bytes"}}
> {"message": "views", "articleId": "x", "articleTitle": "t", "refreshed": "no"}
< {"error": {"code": "invalid", "message": "refreshed must be true or false"}}
> {"message": "views", "articleId": "x", "articleTitle": "t", "referrer": false}
< {"error": {"code": "invalid", "message": "referrer must be text of at most 4096 bytes"}}
> {"message": "subscribe"}
< {"error": {"code": "invalid", "message": "articleId or path must say of what"}}
> {"message": "views", "articleId": "after-errors", "articleTitle": "F", "currentPage": "/posts/f"}
< {"articleId": "after-errors", "uniqueViews": 1, "totalViews": 1}
